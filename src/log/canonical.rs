//! Canonical JSON (RFC 8785) in one pass: no blanks, the fields of every object in the order of their UTF-16 code units.
//!
//! A value is written as it is visited, and the fields of an object are put in order where they were not. What is
//! seldom and easily got wrong (fractions, integers beyond 2^53, keys that are no text, a key that stands twice) is
//! left to the library, whose bytes these are held to by a law.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;

use serde::Serialize;
use serde::ser::{self, Serializer};

/// The greatest integer that is written as it stands; RFC 8785 writes numbers as IEEE 754 doubles.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// A value as canonical JSON.
///
/// # Errors
///
/// The library's own, when the value has no such form.
pub(super) fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(512);
    match value.serialize(Canonical { out: &mut out }) {
        Ok(()) => Ok(out),
        Err(LeftToTheLibrary) => serde_json_canonicalizer::to_vec(value),
    }
}

/// Something that is not written here.
#[derive(Debug)]
struct LeftToTheLibrary;

impl fmt::Display for LeftToTheLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is written by the library")
    }
}

impl std::error::Error for LeftToTheLibrary {}

impl ser::Error for LeftToTheLibrary {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Written = Result<(), LeftToTheLibrary>;

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escaped: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            8 => b"\\b",
            12 => b"\\f",
            0..=31 => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[plain..at]);
        plain = at + 1;
        if escaped.is_empty() {
            // Writing to memory does not fail.
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.extend_from_slice(escaped);
        }
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}

struct Canonical<'a> {
    out: &'a mut Vec<u8>,
}

impl Canonical<'_> {
    fn integer(self, number: impl fmt::Display, size: u64) -> Written {
        if size > EXACT_MAX {
            return Err(LeftToTheLibrary);
        }
        write!(self.out, "{number}").map_err(|_| LeftToTheLibrary)
    }
}

/// The elements of a list.
struct List<'a> {
    out: &'a mut Vec<u8>,
    begun: bool,
    /// Whether the list is the only field of an object.
    inside: bool,
}

/// The fields of an object.
struct Fields<'a> {
    out: &'a mut Vec<u8>,
    /// Where the object begins, behind its brace.
    start: usize,
    /// Each field's key and where it begins.
    keys: Vec<(Cow<'static, str>, usize)>,
    in_order: bool,
    /// Whether the object is the only field of another.
    inside: bool,
}

fn before(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() { one < other } else { one.encode_utf16().lt(other.encode_utf16()) }
}

impl<'a> Fields<'a> {
    fn new(out: &'a mut Vec<u8>, inside: bool) -> Self {
        out.push(b'{');
        Self { start: out.len(), out, keys: Vec::with_capacity(8), in_order: true, inside }
    }

    fn key(&mut self, key: Cow<'static, str>) {
        if let Some((last, _)) = self.keys.last() {
            self.in_order &= before(last, &key);
            self.out.push(b',');
        }
        let at = self.out.len();
        text(self.out, &key);
        self.out.push(b':');
        self.keys.push((key, at));
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(Canonical { out: self.out })
    }

    fn close(self) -> Written {
        let Self { out, start, keys, in_order, inside } = self;
        if !in_order {
            let written = out.split_off(start);
            let end_of = |nth: usize| keys.get(nth + 1).map_or(written.len(), |(_, next)| next - start - 1);
            let mut order: Vec<usize> = (0..keys.len()).collect();
            order.sort_by(|one, other| keys[*one].0.encode_utf16().cmp(keys[*other].0.encode_utf16()));
            if order.windows(2).any(|pair| keys[pair[0]].0 == keys[pair[1]].0) {
                return Err(LeftToTheLibrary);
            }
            for (place, nth) in order.into_iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(&written[keys[nth].1 - start..end_of(nth)]);
            }
        }
        out.extend_from_slice(if inside { b"}}" } else { b"}" });
        Ok(())
    }
}

impl<'a> Serializer for Canonical<'a> {
    type Ok = ();
    type Error = LeftToTheLibrary;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    fn serialize_bool(self, value: bool) -> Written {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }
    fn serialize_i64(self, value: i64) -> Written {
        self.integer(value, value.unsigned_abs())
    }
    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }
    fn serialize_u64(self, value: u64) -> Written {
        self.integer(value, value)
    }
    fn serialize_f32(self, _: f32) -> Written {
        Err(LeftToTheLibrary)
    }
    fn serialize_f64(self, _: f64) -> Written {
        Err(LeftToTheLibrary)
    }
    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Written {
        text(self.out, value);
        Ok(())
    }
    fn serialize_bytes(self, _: &[u8]) -> Written {
        Err(LeftToTheLibrary)
    }
    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Written {
        self.out.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        let mut fields = Fields::new(self.out, false);
        fields.key(variant.into());
        fields.value(value)?;
        fields.close()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, LeftToTheLibrary> {
        self.out.push(b'[');
        Ok(List { out: self.out, begun: false, inside: false })
    }
    fn serialize_tuple(self, length: usize) -> Result<List<'a>, LeftToTheLibrary> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List<'a>, LeftToTheLibrary> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, LeftToTheLibrary> {
        self.out.push(b'{');
        text(self.out, variant);
        self.out.extend_from_slice(b":[");
        Ok(List { out: self.out, begun: false, inside: true })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>, LeftToTheLibrary> {
        Ok(Fields::new(self.out, false))
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'a>, LeftToTheLibrary> {
        // serde_json's own types (raw values) bear names that mean something to it alone.
        if name.starts_with('$') { Err(LeftToTheLibrary) } else { Ok(Fields::new(self.out, false)) }
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>, LeftToTheLibrary> {
        self.out.push(b'{');
        text(self.out, variant);
        self.out.push(b':');
        Ok(Fields::new(self.out, true))
    }
}

impl List<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        if self.begun {
            self.out.push(b',');
        }
        self.begun = true;
        value.serialize(Canonical { out: self.out })
    }

    fn close(self) {
        self.out.extend_from_slice(if self.inside { b"]}" } else { b"]" });
    }
}

macro_rules! lists {
    ($($of:ident $element:ident),+) => {
        $(impl ser::$of for List<'_> {
            type Ok = ();
            type Error = LeftToTheLibrary;
            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.element(value)
            }
            fn end(self) -> Written {
                self.close();
                Ok(())
            }
        })+
    };
}

lists!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field);

macro_rules! objects {
    ($($of:ident),+) => {
        $(impl ser::$of for Fields<'_> {
            type Ok = ();
            type Error = LeftToTheLibrary;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Written {
                self.key(key.into());
                self.value(value)
            }
            fn end(self) -> Written {
                self.close()
            }
        })+
    };
}

objects!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = LeftToTheLibrary;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        let mut written = Vec::new();
        key.serialize(Canonical { out: &mut written })?;
        // A key that is no text has no quotes here.
        let key: String = match written.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) {
            Some(plain) if !plain.contains(&b'\\') => {
                String::from_utf8(plain.to_vec()).map_err(|_| LeftToTheLibrary)?
            }
            Some(_) => serde_json::from_slice(&written).map_err(|_| LeftToTheLibrary)?,
            None => return Err(LeftToTheLibrary),
        };
        self.key(key.into());
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.value(value)
    }
    fn end(self) -> Written {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Number, Value};

    fn values() -> impl Strategy<Value = Value> {
        let numbers = prop_oneof![
            any::<i64>().prop_map(Number::from),
            any::<u64>().prop_map(Number::from),
            (-9_i64..9).prop_map(Number::from),
            any::<f64>().prop_filter_map("a number", Number::from_f64),
        ];
        let words = prop_oneof![".{0,6}", "[a-c\"\\\\\u{0}-\u{20}é\u{fb33}\u{1f600}]{0,3}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            numbers.prop_map(Value::Number),
            words.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, move |inner| {
            let fields = prop::collection::vec((words.clone(), inner.clone()), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Value::Array),
                fields.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    /// Every form that a type can take in serde.
    #[derive(Serialize)]
    struct Forms<'a> {
        unit: (),
        pair: (u8, char),
        map: std::collections::BTreeMap<u8, bool>,
        #[serde(flatten)]
        inside: Inside<'a>,
        all: [Form<'a>; 4],
        absent: Option<u8>,
        bytes: [i8; 2],
    }

    #[derive(Serialize)]
    struct Inside<'a> {
        z: &'a str,
        a: &'a Value,
    }

    #[derive(Serialize)]
    enum Form<'a> {
        Unit,
        New(&'a Value),
        Tuple(u8, &'a str),
        Struct { b: &'a str, a: i16 },
    }

    proptest! {
        #[test]
        fn any_value_has_the_bytes_that_the_library_gives_it(value in values(), word in ".{0,4}") {
            prop_assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap());
            let forms = Forms {
                unit: (),
                pair: (7, 'é'),
                map: [(2, true), (10, false)].into(),
                inside: Inside { z: &word, a: &value },
                all: [Form::Unit, Form::New(&value), Form::Tuple(1, &word), Form::Struct { b: &word, a: -1 }],
                absent: None,
                bytes: [-1, 1],
            };
            prop_assert_eq!(canonical(&forms).unwrap(), serde_json_canonicalizer::to_vec(&forms).unwrap());
        }
    }

    #[test]
    fn fields_are_in_the_order_of_their_utf16_code_units() {
        // A surrogate pair lies before what lies behind it among characters.
        let value: Value =
            serde_json::from_str("{\"\u{fb33}\":1,\"\u{1f600}\":2,\"b\":3,\"a\":{\"d\":4,\"c\":5}}").unwrap();
        let expected = "{\"a\":{\"c\":5,\"d\":4},\"b\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}";
        assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), expected);
    }
}
