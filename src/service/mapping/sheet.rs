//! A CSV file, row by row, with the line on which each begins.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::language::{Encoding, Mapping};
use super::problem::{MappingError, Problem, ProblemKind, quoted};

/// The most bytes of one row; a longer one is a quote that was never closed.
pub const ROW_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The most bytes of one field; no text of a register is a twentieth of it.
pub const FIELD_BYTES_MAX: usize = 1024 * 1024;

/// The most columns of a file.
pub const COLUMNS_MAX: usize = 10_000;

/// A row that no file has.
const END: &[u8] = b"\0\0end of the file\0\0";

/// What Windows-1252 has between 0x80 and 0x9F; zero where it has nothing.
const WINDOWS_1252: [u16; 32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0,
    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
];

/// A file that can be read from its beginning as often as is needed.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    separator: u8,
    encoding: Encoding,
}

/// A row as it stands in the file.
#[derive(Debug)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its fields, as many as there are columns; each as text, or what is wrong with its bytes.
    pub fields: Vec<Result<String, Problem>>,
}

/// A row, or the line of one that is wrong as a whole with what is wrong.
pub type Row = Result<Record, (u64, Problem)>;

/// A file that is being read.
pub struct Sheet {
    reader: csv::Reader<Bounded>,
    allowance: Arc<AtomicU64>,
    encoding: Encoding,
    /// The names of the columns.
    pub columns: Vec<String>,
    record: csv::ByteRecord,
}

impl Source {
    /// The file of this path, as the mapping says it is written.
    ///
    /// # Errors
    ///
    /// [`MappingError`] where it is no file that can be read several times, or the separator is no single byte.
    pub fn new(path: &Path, mapping: &Mapping) -> Result<Self, MappingError> {
        let separator =
            u8::try_from(mapping.separator).ok().filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte));
        let separator = separator
            .ok_or_else(|| MappingError::Form(format!("{:?} cannot stand between fields", mapping.separator)))?;
        let about = |e: io::Error| MappingError::Input(io::Error::new(e.kind(), format!("{}: {e}", path.display())));
        let is_file = path.metadata().map_err(about)?.is_file();
        if !is_file {
            let why = format!("{} is read several times, so it has to be a file", path.display());
            return Err(MappingError::Input(io::Error::new(io::ErrorKind::InvalidInput, why)));
        }
        Ok(Self { path: path.to_owned(), separator, encoding: mapping.encoding })
    }

    /// The file's name, without its folder.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Reads the file from its beginning, up to the end of its header.
    ///
    /// # Errors
    ///
    /// [`MappingError`] where it cannot be read, or its header names no columns, or one twice.
    pub fn open(&self) -> Result<Sheet, MappingError> {
        let file = File::open(&self.path).map_err(MappingError::Input)?;
        let allowance = Arc::new(AtomicU64::new(ROW_BYTES_MAX));
        let allowed = Arc::clone(&allowance);
        let bounded = Bounded { file, allowance: allowed, after_return: false, last: b'\n', tail: None };
        let reader = csv::ReaderBuilder::new()
            .delimiter(self.separator)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(bounded);
        let record = csv::ByteRecord::new();
        let mut sheet = Sheet { reader, allowance, encoding: self.encoding, columns: Vec::new(), record };
        if !sheet.advance()? {
            return Err(MappingError::Empty);
        }
        sheet.columns = sheet.header()?;
        Ok(sheet)
    }
}

impl Sheet {
    fn header(&self) -> Result<Vec<String>, MappingError> {
        if self.record.len() > COLUMNS_MAX {
            return Err(MappingError::TooMany { what: "columns", most: COLUMNS_MAX });
        }
        let mut columns: Vec<String> = Vec::with_capacity(self.record.len());
        for (at, bytes) in self.record.iter().enumerate() {
            if at == 0 && (bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])) {
                let why = "the file is written in UTF-16: save it as UTF-8";
                return Err(MappingError::Faults(vec![why.to_owned()]));
            }
            let wrong = |p: Problem| MappingError::Faults(vec![format!("the name of column {}: {p}", at + 1)]);
            let name = text(bytes, self.encoding).map_err(wrong)?;
            let name = name.strip_prefix('\u{feff}').unwrap_or(&name).trim().to_owned();
            if columns.contains(&name) {
                return Err(MappingError::Faults(vec![format!("the file has two columns {:?}", quoted(&name))]));
            }
            columns.push(name);
        }
        Ok(columns)
    }

    /// The next row, or what is wrong with it as a whole; none at the end.
    ///
    /// # Errors
    ///
    /// [`MappingError::Input`] where the file cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<Row>, MappingError> {
        if !self.advance()? {
            return Ok(None);
        }
        let line = self.line();
        let swallowed = self
            .record
            .iter()
            .next_back()
            .is_some_and(|last| last.strip_suffix(b"\n").is_some_and(|rest| rest.ends_with(END)));
        if swallowed {
            return Ok(Some(Err((line + 1, ProblemKind::OpenQuote.into()))));
        }
        let (found, wanted) = (self.record.len(), self.columns.len());
        if found != wanted {
            return Ok(Some(Err((line, ProblemKind::RaggedRow { found, wanted }.into()))));
        }
        let field = |(name, bytes): (&String, &[u8])| {
            text(bytes, self.encoding)
                .map_err(|p| p.within(name, &String::from_utf8_lossy(&bytes[..bytes.len().min(400)])))
        };
        let fields = self.columns.iter().zip(self.record.iter()).map(field).collect();
        Ok(Some(Ok(Record { line, fields })))
    }

    /// Reads one record; false at the end.
    fn advance(&mut self) -> Result<bool, MappingError> {
        self.allowance.store(ROW_BYTES_MAX, Ordering::Relaxed);
        match self.reader.read_byte_record(&mut self.record) {
            Ok(more) => Ok(more && !(self.record.len() == 1 && self.record.get(0) == Some(END))),
            Err(error) => {
                let line = self.reader.position().line();
                let why = match error.into_kind() {
                    csv::ErrorKind::Io(e) => e,
                    other => io::Error::other(format!("{other:?}")),
                };
                let why = format!("the file cannot be read on in the row that goes on to line {line}: {why}");
                Err(MappingError::Input(io::Error::other(why)))
            }
        }
    }

    /// The line on which the record begins: the one after it, less its own line ends.
    fn line(&self) -> u64 {
        let inside: usize = self.record.iter().map(|field| field.split(|byte| *byte == b'\n').count() - 1).sum();
        self.reader.position().line().saturating_sub(inside as u64 + 1).max(1)
    }
}

/// A field's bytes as text.
fn text(bytes: &[u8], encoding: Encoding) -> Result<String, Problem> {
    if bytes.len() > FIELD_BYTES_MAX {
        return Err(ProblemKind::TooLong { length: bytes.len(), most: FIELD_BYTES_MAX }.into());
    }
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).map(str::to_owned).map_err(|e| {
            let byte = bytes.get(e.valid_up_to()).copied().unwrap_or_default();
            ProblemKind::NotUtf8 { at: e.valid_up_to() + 1, byte }.into()
        }),
        Encoding::Latin1 => Ok(bytes.iter().copied().map(char::from).collect()),
        Encoding::Windows1252 => Ok(bytes.iter().map(|byte| windows_1252(*byte)).collect::<Result<_, _>>()?),
    }
}

fn windows_1252(byte: u8) -> Result<char, ProblemKind> {
    if !(0x80..0xA0).contains(&byte) {
        return Ok(char::from(byte));
    }
    let code = WINDOWS_1252[usize::from(byte - 0x80)];
    char::from_u32(u32::from(code)).filter(|c| *c != '\0').ok_or(ProblemKind::NotWindows1252 { byte })
}

/// A file of which only so much is read before more is allowed, with every line end as one byte, and a row of its own at
/// the end: a quote that is never closed swallows that row, and is noticed by it.
struct Bounded {
    file: File,
    allowance: Arc<AtomicU64>,
    after_return: bool,
    last: u8,
    /// What is left of the row at the end; none before the end was reached.
    tail: Option<Vec<u8>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(tail) = &mut self.tail {
                let count = tail.len().min(buffer.len());
                buffer[..count].copy_from_slice(&tail[..count]);
                tail.drain(..count);
                return Ok(count);
            }
            let left = self.allowance.load(Ordering::Relaxed);
            if left == 0 {
                let why = format!("it is longer than {ROW_BYTES_MAX} bytes; perhaps a quote is not closed");
                return Err(io::Error::other(why));
            }
            let read = self.file.read(buffer)?;
            self.allowance.store(left.saturating_sub(read as u64), Ordering::Relaxed);
            if read == 0 {
                let mut tail = if self.last == b'\n' { Vec::new() } else { vec![b'\n'] };
                tail.extend_from_slice(END);
                tail.push(b'\n');
                self.tail = Some(tail);
                continue;
            }
            let mut kept = 0;
            for at in 0..read {
                let byte = buffer[at];
                let second_half = byte == b'\n' && self.after_return;
                self.after_return = byte == b'\r';
                if !second_half {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            if kept > 0 {
                self.last = buffer[kept - 1];
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// The line with its fields, or with the code of what is wrong.
    type Told = Result<(u64, Vec<Option<String>>), (u64, &'static str)>;

    fn rows(bytes: &[u8]) -> Vec<Told> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let source = Source { path: file.path().to_owned(), separator: b',', encoding: Encoding::Utf8 };
        let mut sheet = source.open().unwrap();
        let mut rows = Vec::new();
        while let Some(row) = sheet.next_row().unwrap() {
            rows.push(match row {
                Ok(record) => Ok((record.line, record.fields.into_iter().map(Result::ok).collect())),
                Err((line, problem)) => Err((line, problem.kind.code())),
            });
        }
        rows
    }

    fn fields(fields: [&str; 2]) -> Vec<Option<String>> {
        fields.map(|field| Some(field.to_owned())).to_vec()
    }

    #[test]
    fn every_row_knows_the_line_it_begins_on() {
        let expected = vec![
            Ok((3, fields(["x", "y\nz"]))),
            Ok((5, fields(["", "é"]))),
            Err((6, "ragged_row")),
            Ok((7, fields(["p", "q"]))),
        ];
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n\nx,\"y\nz\"\n,é\n1\np,q".replace('\n', end);
            assert_eq!(rows(text.as_bytes()), expected, "{end:?}");
            assert_eq!(rows(format!("\u{feff}{text}{end}").as_bytes()), expected, "{end:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_a_problem_of_their_field() {
        assert_eq!(rows(b"a,b\nx,\xE9\n"), [Ok((2, vec![Some("x".to_owned()), None]))]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_noticed() {
        assert_eq!(rows(b"a,b\n1,2\n3,\"4\n5,6\n"), [Ok((2, fields(["1", "2"]))), Err((3, "open_quote"))]);
    }
}
