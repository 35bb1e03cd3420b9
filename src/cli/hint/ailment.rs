//! What to do next about what doctor found: one sentence for each code, in a match without wildcard.

use crate::views::checkup::Ailment;

/// What to do about what is wrong with a store and was not mended; `fix` says whether mending was asked for.
#[must_use]
pub const fn of_ailment(ailment: Ailment, fix: bool) -> &'static str {
    match ailment {
        Ailment::LogDamaged | Ailment::StoreDamaged if fix => {
            "what is lost here is lost: restore a backup into a new folder, and compare it with this register"
        }
        Ailment::LogDamaged | Ailment::StoreDamaged => {
            "servanda doctor --fix saves every undamaged event and keeps the damaged files; a backup may have them all"
        }
        Ailment::IndexDamaged | Ailment::ViewDamaged => {
            "servanda doctor --fix makes the log's files anew; nothing is lost by it"
        }
        Ailment::EventUnreadable => {
            "it is as it was appended, so no disk has altered it: ask whoever wrote to the store by other means, or restore a \
             backup"
        }
        Ailment::WitnessMissing | Ailment::WitnessTorn => {
            "compare the last events with what you know of (servanda history); the next opening makes it anew"
        }
        Ailment::NotClosed | Ailment::EarlierFormat | Ailment::Unfinished => "nothing: the next opening sees to it",
        Ailment::TooOpen => "servanda doctor --fix leaves them to their owner alone",
        Ailment::SettingsDamaged | Ailment::SettingsMissing => {
            "copy register.json from a backup, or write it: {\"format\":1,\"zone\":\"Asia/Karachi\"}, with the zone of the register"
        }
        Ailment::PaperMissing => {
            "an import records papers without their content; if the content was here, copy it from a backup"
        }
        Ailment::PaperAltered => "copy it from a backup, or attach the document again; what was found is kept by --fix",
        Ailment::StrangeFile => "move it elsewhere",
    }
}
