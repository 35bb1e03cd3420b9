//! The field's closed lists of words (DOMAIN: treaty, contract and pledge practice), as they are stored.
//!
//! Each word is written once, as the literal that lies in the log; renaming a variant does not change it.

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[schemars(inline)]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is stored and shown.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// What an agreement is called, whatever its particular designation (VCLT 2(1)(a)).
    AgreementKind {
        /// Recorded from a source that says no more than "agreement".
        Agreement = "agreement",
        /// A treaty, convention, or pact between States or organisations.
        Treaty = "treaty",
        /// A memorandum of understanding.
        Mou = "mou",
        /// A contract.
        Contract = "contract",
        /// Two notes that together make an agreement.
        ExchangeOfNotes = "exchange_of_notes",
        /// A joint statement or communiqué.
        JointStatement = "joint_statement",
        /// An intention announced without an instrument.
        Pledge = "pledge",
        /// An arrangement that carries out another agreement.
        ImplementingArrangement = "implementing_arrangement",
        /// A protocol to another agreement.
        Protocol = "protocol",
        /// An instrument that amends another agreement.
        Amendment = "amendment",
    }
}

/// The family of lifecycles that a kind of agreement follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Consent to be bound, then entry into force.
    Treaty,
    /// In operation from its signature unless a rule says otherwise.
    Mou,
    /// Executed, then effective.
    Contract,
    /// Announced, never signed.
    Pledge,
}

impl AgreementKind {
    /// The lifecycle that this kind follows.
    #[must_use]
    pub const fn lifecycle(self) -> Lifecycle {
        match self {
            Self::Treaty | Self::ExchangeOfNotes | Self::Protocol | Self::Amendment => Lifecycle::Treaty,
            Self::Agreement | Self::Mou | Self::ImplementingArrangement | Self::JointStatement => Lifecycle::Mou,
            Self::Contract => Lifecycle::Contract,
            Self::Pledge => Lifecycle::Pledge,
        }
    }
}

vocabulary! {
    /// What a party is.
    PartyKind {
        /// A State.
        State = "state",
        /// A ministry of a State.
        Ministry = "ministry",
        /// A public agency.
        Agency = "agency",
        /// An intergovernmental organisation.
        Io = "io",
        /// A company.
        Company = "company",
        /// A non-governmental organisation or foundation.
        Ngo = "ngo",
        /// A hospital or medical centre.
        Hospital = "hospital",
        /// A university or research institute.
        University = "university",
        /// A natural person.
        Person = "person",
    }
}

vocabulary! {
    /// How a signature was given (VCLT 12, 14, 18).
    SignatureMode {
        /// The signature itself binds.
        Definitive = "definitive",
        /// Subject to ratification, acceptance or approval.
        Simple = "simple",
        /// Full only once the State confirms it.
        AdReferendum = "ad_referendum",
        /// One of two notes exchanged.
        Exchange = "exchange",
        /// The source does not say.
        NotStated = "not_stated",
    }
}

vocabulary! {
    /// The instrument by which a party consents to be bound (VCLT 11–15).
    InstrumentKind {
        /// Ratification, after signature.
        Ratification = "ratification",
        /// Acceptance (A).
        Acceptance = "acceptance",
        /// Approval (AA).
        Approval = "approval",
        /// Accession (a), without signature.
        Accession = "accession",
        /// Succession (d).
        Succession = "succession",
        /// Formal confirmation (c), by an organisation.
        FormalConfirmation = "formal_confirmation",
    }
}

impl InstrumentKind {
    /// The letter by which depositaries mark it in their charts; a ratification has none.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Ratification => "",
            Self::Acceptance => "A",
            Self::Approval => "AA",
            Self::Accession => "a",
            Self::Succession => "d",
            Self::FormalConfirmation => "c",
        }
    }
}

vocabulary! {
    /// Which of its two days an instrument counts by.
    InstrumentDay {
        /// The day on which the depositary received it (VCLT 16).
        Received = "received",
        /// The day that it bears; where that is not known, the day of its receipt.
        Dated = "dated",
    }
}

vocabulary! {
    /// What happens when a term runs out.
    Renewal {
        /// It ends.
        None = "none",
        /// It goes on only if the parties say so.
        Express = "express",
        /// It goes on unless a party gives notice.
        Tacit = "tacit",
    }
}

vocabulary! {
    /// What a notice announces.
    NoticeKind {
        /// The agreement shall not be renewed.
        NonRenewal = "non_renewal",
        /// One party leaves.
        Withdrawal = "withdrawal",
        /// The agreement shall end.
        Termination = "termination",
        /// The operation shall stop for a time.
        Suspension = "suspension",
    }
}

vocabulary! {
    /// Why an agreement was terminated (VCLT 54–64 and contract practice).
    TerminationGround {
        /// All parties agreed to it.
        Consent = "consent",
        /// A notice took effect.
        Notice = "notice",
        /// A material breach.
        Breach = "breach",
        /// Performance became impossible.
        Impossibility = "impossibility",
        /// A fundamental change of circumstances.
        ChangedCircumstances = "changed_circumstances",
        /// A new peremptory norm.
        PeremptoryNorm = "peremptory_norm",
        /// The source does not say.
        NotStated = "not_stated",
    }
}

vocabulary! {
    /// What is owed: decides whether "met" can be judged at all.
    Nature {
        /// A result that either is there or is not.
        Result = "result",
        /// Best efforts.
        BestEfforts = "best_efforts",
        /// An intention.
        Intent = "intent",
    }
}

vocabulary! {
    /// How far a commitment binds.
    Bindingness {
        /// Binding in law.
        Binding = "binding",
        /// Part of a memorandum of understanding.
        Mou = "mou",
        /// A political commitment.
        Political = "political",
        /// An aspiration.
        Aspirational = "aspirational",
        /// Words of an occasion.
        Rhetorical = "rhetorical",
        /// The source does not say.
        NotStated = "not_stated",
    }
}

vocabulary! {
    /// How a milestone stands, as judged on a day (OCDS milestoneStatus, with partial fulfilment).
    MilestoneStatus {
        /// Work has begun.
        Started = "started",
        /// Work goes on.
        Progress = "progress",
        /// Done.
        Met = "met",
        /// Done in part.
        PartiallyMet = "partially_met",
        /// Judged not done.
        NotMet = "not_met",
    }
}

vocabulary! {
    /// How sure the day of a fact is.
    Certainty {
        /// The source states it.
        Stated = "stated",
        /// Concluded from what the source says.
        Inferred = "inferred",
        /// The source states it roughly.
        Approximate = "approximate",
        /// Not known.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How far a fact itself can be relied on.
    Confidence {
        /// Seen in the instrument or confirmed by a party.
        Confirmed = "confirmed",
        /// Reported by a source.
        Reported = "reported",
        /// Concluded from other facts.
        Inferred = "inferred",
        /// Sources disagree.
        Disputed = "disputed",
        /// Taken over from another register.
        Imported = "imported",
    }
}

vocabulary! {
    /// How one agreement relates to another.
    Relation {
        /// Carries the other out.
        Implements = "implements",
        /// Changes the other.
        Amends = "amends",
        /// Is a protocol to the other.
        ProtocolTo = "protocol_to",
        /// Takes the other's place.
        Supersedes = "supersedes",
        /// Says the other again.
        Reaffirms = "reaffirms",
        /// This pledge became that instrument.
        Becomes = "becomes",
    }
}

vocabulary! {
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "mon",
        /// Tuesday.
        Tuesday = "tue",
        /// Wednesday.
        Wednesday = "wed",
        /// Thursday.
        Thursday = "thu",
        /// Friday.
        Friday = "fri",
        /// Saturday.
        Saturday = "sat",
        /// Sunday.
        Sunday = "sun",
    }
}
