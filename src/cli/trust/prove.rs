//! `prove` and `verify-proof`.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use super::verify::read;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Field, Report, Section};
use crate::cli::session::{Session, reference};
use crate::proof::file::{PROOF_BYTES_MAX, Proof};
use crate::proof::head::Head;
use crate::proof::key::VerifierKey;
use crate::service::trust::TrustError;
use crate::service::trust::check::check as checked;
use crate::views::trust::ProofView;

/// Options of `prove`.
#[derive(Clone, Debug, clap::Args)]
pub struct ProveArgs {
    /// The event, by its place in the agreement, such as pk-ps-health-2025@7.
    #[arg(value_name = "REF@N", required_unless_present = "consistency", add = crate::cli::place::references())]
    event: Option<String>,
    /// Prove that the log only grew from this tree head; - reads it from standard input.
    #[arg(long, value_name = "HEAD", conflicts_with = "event")]
    consistency: Option<PathBuf>,
    /// Leave what the event says out of the proof: its header, with the hash of that, stays.
    #[arg(long, conflicts_with = "consistency")]
    without_body: bool,
}

/// Options of `verify-proof`.
#[derive(Clone, Debug, clap::Args)]
pub struct VerifyProofArgs {
    /// The proof; - reads it from standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A key that you trust, NAME+ID+KEY, from elsewhere than the proof; repeat it.
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// A tree head that you trust: of an event's proof the one it stands under, of a proof of growth the earlier one.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

fn trusted(path: &std::path::Path) -> Result<Head, Failure> {
    let what = path.display().to_string();
    Ok(read(path)?.map_err(|source| TrustError::Head { what, source })?)
}

pub(super) async fn run(args: ProveArgs, session: &Session) -> Result<Exit, Failure> {
    let earlier = args.consistency.as_deref().map(trusted).transpose()?;
    let service = session.open(false)?;
    let text = match (earlier, &args.event) {
        (Some(earlier), _) => service.prove_growth(&earlier).await?.to_string(),
        (None, event) => {
            let given = event.as_deref().unwrap_or_default();
            let parts = given.split_once('@').and_then(|(agreement, seq)| Some((agreement, seq.parse().ok()?)));
            let Some((agreement, seq)) = parts else {
                return Err(Failure::usage("event", format!("{given:?} is not of the form REF@N"))
                    .hinted("servanda history REF lists the events"));
            };
            service.prove(&reference(agreement)?, seq, !args.without_body).await?.to_string()
        }
    };
    service.close().await?;
    session.write(&text)
}

pub(super) fn check(args: &VerifyProofArgs, session: &Session) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    let most = PROOF_BYTES_MAX as u64 + 1;
    let fault = |e: std::io::Error| Failure::refused("file", format!("{}: {e}", args.file.display()));
    if args.file.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(fault)?;
    } else {
        File::open(&args.file).map_err(fault)?.take(most).read_to_end(&mut bytes).map_err(fault)?;
    }
    let keys: Vec<VerifierKey> =
        args.key.iter().map(|key| VerifierKey::parse(key)).collect::<Result<_, _>>().map_err(TrustError::Name)?;
    let head = args.head.as_deref().map(trusted).transpose()?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let view = checked(&Proof::parse(&text).map_err(TrustError::Proof)?, &keys, head.as_ref())?;
    session.answer(&view, [&view], || report(&view))
}

fn report(view: &ProofView) -> Report {
    let what = match (view.position, view.from) {
        (Some(position), _) => format!("proven: the event below is #{position} of the log of {}", view.origin),
        (_, Some(from)) => {
            format!("proven: the log of {} only grew, from {from} events to {}", view.origin, view.events)
        }
        _ => "proven".to_owned(),
    };
    let mut fields = vec![
        Field::new("events", "Tree head of", format!("{} events", view.events)),
        Field::new("root", "Root", &view.root),
    ];
    fields.extend(view.time.as_ref().map(|time| Field::new("time", "Signed at", time)));
    let by = view.signed_by.as_deref().unwrap_or("not looked at: the head is the one that was given");
    fields.push(Field::new("signed_by", "Signed by", by));
    Report::new()
        .heading(what)
        .section(Section::fields("proof", fields))
        .section(part("header", "Header", view.header.as_ref()))
        .section(part("body", "Body", view.body.as_ref()))
}

/// A part of the event, field by field.
fn part(key: &'static str, title: &str, part: Option<&impl serde::Serialize>) -> Section {
    let object = part.and_then(|part| serde_json::to_value(part).ok());
    let fields = object.iter().filter_map(serde_json::Value::as_object).flatten().map(|(name, value)| {
        let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Field::new(key, name.clone(), words)
    });
    Section::fields(key, fields).titled(title)
}
