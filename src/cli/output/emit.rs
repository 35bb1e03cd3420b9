//! The only place that writes to the standard streams.

use std::io::{self, ErrorKind, Write};

/// What became of a text that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Delivery {
    /// All of it was taken.
    Complete,
    /// The reader has gone, as `head` does when it has seen enough. There is no point in writing more.
    Closed,
}

/// Writes to standard output, at once and completely.
///
/// # Errors
///
/// Any failure but a closed pipe, which is a [`Delivery`].
pub fn emit(text: &str) -> io::Result<Delivery> {
    deliver(&mut io::stdout().lock(), text)
}

/// Writes to standard error, at once and completely.
///
/// # Errors
///
/// Any failure but a closed pipe, which is a [`Delivery`].
pub fn emit_error(text: &str) -> io::Result<Delivery> {
    deliver(&mut io::stderr().lock(), text)
}

fn deliver(out: &mut impl Write, text: &str) -> io::Result<Delivery> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Delivery::Complete),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Delivery::Closed),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_not_an_error() {
        assert_eq!(deliver(&mut Failing(ErrorKind::BrokenPipe), "x").unwrap(), Delivery::Closed);
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let error = deliver(&mut Failing(ErrorKind::StorageFull), "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }

    #[test]
    fn the_whole_text_arrives() {
        let mut taken = Vec::new();
        assert_eq!(deliver(&mut taken, "كله\n").unwrap(), Delivery::Complete);
        assert_eq!(taken, "كله\n".as_bytes());
    }
}
