//! Dates that are no dates.

/// Days that programs and people write where they know none: the ends of calendars, and the first days of computers and
/// spreadsheets.
pub const SENTINELS: [&str; 10] = [
    "0001-01-01",
    "1753-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1904-01-01",
    "1970-01-01",
    "2099-12-31",
    "9999-01-01",
    "9999-12-31",
];
