//! Words as a search compares them: what a person types on another keyboard, or without its marks, is the same word.
//!
//! A text is taken in compatibility form (NFKC), in lower case, without combining marks, tatweel and joiners, with the letters
//! that Arabic, Persian and Urdu write differently as one, and with ASCII digits. Whatever is neither letter nor digit parts
//! words, an apostrophe too, so that `accord` is found in `l'accord`. Scripts that put no space between words (Chinese,
//! Japanese, Thai, Lao, Khmer, Burmese) are cut into pairs of letters, and the last letter alone, so that every piece of a
//! text is the beginning of something that is kept.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The most bytes of a word that are compared; what follows is left out, in a text and in a question alike.
pub const WORD_BYTES_MAX: usize = 64;

/// The most words that a question may have.
pub const QUERY_WORDS_MAX: usize = 16;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A word of a script that puts spaces.
    Word,
    /// Two letters of a script that does not.
    Pair,
    /// The last letter of such a run; `alone` where it is the only one.
    Last { alone: bool },
}

/// Whether a character stands inside a word of an unfolded text.
fn is_within(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    is_letter_or_digit(c) || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{00ad}')
}

/// What `char::is_alphanumeric` says, at once for the letters of the scripts that a register has most of.
fn is_letter_or_digit(c: char) -> bool {
    let usual = matches!(c,
        'a'..='z' | 'A'..='Z' | '0'..='9' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2c1}'
        | '\u{400}'..='\u{481}' | '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' | '\u{4e00}'..='\u{9fff}');
    usual || c.is_alphanumeric()
}

/// Whether a character is one of the common Chinese ones, which no folding changes.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Whether a character belongs to a script that puts no space between words.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The first digit of scripts that have their own.
const ZEROS: [char; 5] = ['\u{0660}', '\u{06f0}', '\u{0966}', '\u{09e6}', '\u{0e50}'];

/// One letter for those that are written differently from keyboard to keyboard.
fn alike(c: char) -> char {
    match c {
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ہ' | 'ھ' | 'ة' | 'ۃ' | 'ە' => 'ه',
        'ς' => 'σ',
        'ı' => 'i',
        _ => {
            let digit = |zero: char| (c as u32).checked_sub(zero as u32).filter(|digit| *digit < 10);
            let digit = ZEROS.into_iter().find_map(digit);
            digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
        }
    }
}

fn folded(run: &str) -> String {
    let lower = run.nfkd().flat_map(char::to_lowercase);
    let bare =
        lower.filter(|c| !is_combining_mark(*c) && !matches!(c, '\u{0640}' | '\u{200c}' | '\u{200d}' | '\u{00ad}'));
    let one = bare.map(alike).nfc().collect::<String>();
    if one.contains('ß') { one.replace('ß', "ss") } else { one }
}

/// The beginning of a word that is compared.
fn cut(word: &str) -> &str {
    let mut end = WORD_BYTES_MAX.min(word.len());
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

/// Hands over the pieces of common Chinese characters alone, which are their own folding.
fn pairs(run: &str, at: usize, each: &mut impl FnMut(&str, usize, Piece)) {
    let mut letters = run.char_indices().map(|(place, _)| place).chain([run.len()]);
    let mut from = letters.next().unwrap_or(0);
    let mut next = letters.next();
    let alone = next == Some(run.len());
    while let Some(end) = next {
        next = letters.next();
        match next {
            Some(end) => each(&run[from..end], at + from, Piece::Pair),
            None => each(&run[from..end], at + from, Piece::Last { alone }),
        }
        from = end;
    }
}

/// Hands over each piece of a text, folded, with the place of its beginning in the text.
fn pieces(text: &str, mut each: impl FnMut(&str, usize, Piece)) {
    let mut rest = text;
    while let Some(begin) = rest.find(is_within) {
        let run = &rest[begin..];
        let end = run.find(|c| !is_within(c)).unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        let at = text.len() - run.len() - after.len();
        rest = after;
        // Most words by far: nothing to take apart, and each letter keeps its place.
        if run.bytes().all(|b| b.is_ascii_alphanumeric()) {
            if run.bytes().any(|b| b.is_ascii_uppercase()) {
                each(cut(&run.to_ascii_lowercase()), at, Piece::Word);
            } else {
                each(cut(run), at, Piece::Word);
            }
            continue;
        }
        if run.chars().all(is_ideograph) {
            pairs(run, at, &mut each);
            continue;
        }
        let folded = folded(run);
        if folded.chars().all(|c| is_letter_or_digit(c) && !is_unspaced(c)) {
            if !folded.is_empty() {
                each(cut(&folded), at, Piece::Word);
            }
            continue;
        }
        // Where folding keeps each letter, a place in it is a place in the text.
        let places: Vec<usize> = run.char_indices().map(|(place, _)| place).collect();
        let kept = places.len() == folded.chars().count();
        let place = |letter: usize| at + if kept { places.get(letter).copied().unwrap_or(0) } else { 0 };
        let letters: Vec<(usize, char)> = folded.char_indices().collect();
        let mut from = 0;
        while from < letters.len() {
            let unspaced = is_unspaced(letters[from].1);
            let of_its_kind = |(_, c): &(usize, char)| is_letter_or_digit(*c) && is_unspaced(*c) == unspaced;
            let many = letters[from..].iter().take_while(|letter| of_its_kind(letter)).count();
            let byte = |letter: usize| letters.get(letter).map_or(folded.len(), |(byte, _)| *byte);
            if many == 0 {
                from += 1;
                continue;
            }
            if unspaced {
                for letter in from..from + many {
                    let last = letter + 1 == from + many;
                    let piece = if last { Piece::Last { alone: many == 1 } } else { Piece::Pair };
                    let until = if last { byte(letter + 1) } else { byte(letter + 2) };
                    each(&folded[byte(letter)..until], place(letter), piece);
                }
            } else {
                each(cut(&folded[byte(from)..byte(from + many)]), place(from), Piece::Word);
            }
            from += many;
        }
    }
}

/// Hands over each word of a text, folded, with the place of its beginning in the text.
pub fn words(text: &str, mut each: impl FnMut(&str, usize)) {
    pieces(text, |word, at, _| each(word, at));
}

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The word, folded.
    pub word: String,
    /// Whether a word that begins with it is meant as well.
    pub begins: bool,
}

impl Sought {
    /// Whether a folded word is the one looked for.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        if self.begins { word.starts_with(&self.word) } else { word == self.word }
    }
}

/// Why a text cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryWordsError {
    /// It has neither a letter nor a digit.
    #[error("{given:?} has no word in it")]
    NoWord {
        /// What was given.
        given: String,
    },
    /// It has too many words.
    #[error("{words} words are given, and at most {QUERY_WORDS_MAX} can be looked for at a time")]
    TooMany {
        /// How many there are.
        words: usize,
    },
}

/// The words that somebody looks for, each once; of the last one its beginning is enough.
///
/// # Errors
///
/// [`QueryWordsError`] when there are none or too many.
pub fn sought(given: &str) -> Result<Vec<Sought>, QueryWordsError> {
    let mut all: Vec<Sought> = Vec::new();
    let mut last_is_word = false;
    pieces(given, |word, _, piece| {
        last_is_word = piece == Piece::Word;
        if piece != (Piece::Last { alone: false }) {
            all.push(Sought { word: word.to_owned(), begins: piece == Piece::Last { alone: true } });
        }
    });
    if last_is_word && let Some(last) = all.last_mut() {
        last.begins = true;
    }
    // The beginning of a word that is looked for says nothing more; the same word twice neither.
    let mut kept: Vec<Sought> = Vec::new();
    for (place, one) in all.iter().enumerate() {
        let said = |other: &Sought| {
            if one.begins { other.word.starts_with(&one.word) } else { other.word == one.word && !other.begins }
        };
        let elsewhere = all
            .iter()
            .enumerate()
            .any(|(other_place, other)| other_place != place && said(other) && (other != one || other_place < place));
        if !elsewhere {
            kept.push(one.clone());
        }
    }
    match kept.len() {
        0 => Err(QueryWordsError::NoWord { given: given.chars().take(80).collect() }),
        1..=QUERY_WORDS_MAX => Ok(kept),
        words => Err(QueryWordsError::TooMany { words }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        words(text, |word, _| all.push(word.to_owned()));
        all
    }

    fn found(text: &str, given: &str) -> bool {
        let words = all(text);
        sought(given).expect("words").iter().all(|sought| words.iter().any(|word| sought.is(word)))
    }

    #[test]
    fn what_is_known_at_once_of_a_character_is_what_unicode_says() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter_or_digit(c), c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn words_are_compared_without_their_marks_and_case() {
        assert_eq!(all("Coopération: l'ACCORD de Straße"), ["cooperation", "l", "accord", "de", "strasse"]);
        assert_eq!(all("pk-ps-health-2025"), ["pk", "ps", "health", "2025"]);
    }

    #[test]
    fn what_needs_no_folding_is_cut_as_what_does() {
        let pieces_of = |text: &str| {
            let mut all = Vec::new();
            pieces(text, |word, at, piece| all.push((word.to_owned(), at, piece)));
            all
        };
        // Letters that folding makes the plain ones go the long way.
        for (plain, other) in [
            ("accord", "\u{ff41}ccord"),
            ("\u{9818}土", "\u{f9b4}土"),
            ("土\u{9818}", "土\u{f9b4}"),
            ("\u{9818}", "\u{f9b4}"),
        ] {
            let words = |text| pieces_of(text).into_iter().map(|(word, _, piece)| (word, piece)).collect::<Vec<_>>();
            assert_eq!(words(plain), words(other));
        }
        assert_eq!(
            pieces_of("x 谅解录"),
            [
                ("x", 0, Piece::Word),
                ("谅解", 2, Piece::Pair),
                ("解录", 5, Piece::Pair),
                ("录", 8, Piece::Last { alone: false })
            ]
            .map(|(word, at, piece)| (word.to_owned(), at, piece))
        );
        assert_eq!(pieces_of("京"), [("京".to_owned(), 0, Piece::Last { alone: true })]);
    }

    #[test]
    fn arabic_and_urdu_are_found_with_and_without_marks_from_either_keyboard() {
        for given in ["اتفاقية", "اتِّفاقِيّة", "اتفـــاقية", "اتفاقیہ"] {
            assert!(found("اتفاقية التعاون الصحي", given), "{given}");
        }
        assert!(found("حكومتِ پاکستان", "پاكستان"));
        assert!(found("الإعلان لعام ٢٠٢٥", "اعلان 2025") || found("الإعلان لعام ٢٠٢٥", "الاعلان 2025"));
    }

    #[test]
    fn a_chinese_japanese_or_thai_word_is_found_inside_a_title() {
        let title = "中华人民共和国和巴基斯坦卫生合作谅解备忘录";
        for given in ["卫生合作", "备忘录", "录", "中", "巴基斯坦 卫生"] {
            assert!(found(title, given), "{given}");
        }
        assert!(!found(title, "教育"));
        assert!(found("ความร่วมมือด้านสาธารณสุข", "สาธารณสุข"));
        assert!(found("保健協力に関する覚書", "協力"));
    }

    #[test]
    fn of_the_last_word_its_beginning_is_enough_and_of_no_other() {
        assert!(found("Health Working Group", "working gro"));
        assert!(!found("Health Working Group", "work group"));
        assert_eq!(sought("health health HEALTH").expect("words").len(), 1);
    }

    #[test]
    fn what_has_no_word_is_refused() {
        assert_eq!(sought(" –!"), Err(QueryWordsError::NoWord { given: " –!".to_owned() }));
        let many: Vec<String> = (100..120).map(|n| n.to_string()).collect();
        assert_eq!(sought(&many.join(" ")), Err(QueryWordsError::TooMany { words: 20 }));
    }

    proptest! {
        #[test]
        fn every_word_of_a_text_is_found_in_it_at_a_place_in_it(text in "\\PC{0,60}") {
            words(&text, |word, at| {
                assert!(!word.is_empty() && word.len() <= WORD_BYTES_MAX && !word.contains('\0'));
                assert!(text.is_char_boundary(at) && at < text.len());
            });
            if let Ok(sought) = sought(&text) {
                let words = all(&text);
                prop_assert!(sought.iter().all(|sought| words.iter().any(|word| sought.is(word))));
            }
        }

        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            for word in all(&text) {
                let again = all(&word);
                prop_assert!(again.first().is_some_and(|first| *first == word), "{word:?} {again:?}");
            }
        }
    }
}
