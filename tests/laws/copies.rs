//! A backup that is made while many write is a prefix of the log, whole, and everything that was there when it began.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use servanda::service::backup::Source;

use crate::given::{Register, carry_out, in_folder};

const WRITERS: usize = 16;
const BACKUPS: usize = 4;

async fn opened(register: &Register) {
    for writer in 0..WRITERS {
        let reference = format!("a-{writer}");
        let line = json!({ "command": "record", "agreement": reference, "kind": "mou", "on": "2025-01-01" });
        carry_out(&register.service, line.as_object().unwrap(), false).await.unwrap();
    }
}

#[test]
fn a_backup_while_sixteen_write_is_a_prefix_that_holds_all_that_was_there_when_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let register = Arc::new(in_folder(&folder.path().join("store")));
        opened(&register).await;
        let done = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (register, done) = (register.clone(), done.clone());
                tokio::spawn(async move {
                    let mut written = 0_u64;
                    while !done.load(Ordering::Relaxed) {
                        let text = format!("note {written} of {writer}");
                        let line = json!({ "command": "note", "agreement": format!("a-{writer}"), "text": text });
                        carry_out(&register.service, line.as_object().unwrap(), false).await.unwrap();
                        written += 1;
                    }
                    written
                })
            })
            .collect();
        let mut made = Vec::new();
        for number in 0..BACKUPS {
            let before = register.exported().await.len() as u64;
            let name = if number % 2 == 0 { format!("copy-{number}") } else { format!("copy-{number}.tar.zst") };
            let to = folder.path().join(name);
            let kept = register.service.backup(&to, &mut |_, _| ()).await.unwrap();
            assert!(kept.events >= before, "{} events, {before} were there", kept.events);
            made.push((to, kept));
        }
        done.store(true, Ordering::Relaxed);
        let mut written = 0;
        for writer in writers {
            written += writer.await.unwrap();
        }
        let all = register.exported().await;
        assert_eq!(all.len() as u64, written + WRITERS as u64, "every writer went on");
        assert!(made.last().unwrap().1.events > made[0].1.events, "they wrote while backups were made");
        for (number, (from, kept)) in made.into_iter().enumerate() {
            let source = Source::at(&from).unwrap().unwrap();
            let again = in_folder(&folder.path().join(format!("again-{number}")));
            let restored = again.service.restore_backup(&source, &mut |_, _| ()).await.unwrap();
            assert_eq!(restored, kept);
            assert_eq!(again.exported().await, all[..usize::try_from(kept.events).unwrap()]);
        }
    });
}
