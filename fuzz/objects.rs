//! Lines of JSON objects made of other ones: most bytes that libFuzzer makes of such lines are no JSON any more, and the first
//! check refuses them. Every fourth time it does so all the same.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::Value;

/// The most bytes that a text grows by.
const GROWTH_MAX: usize = 64;

/// A row of numbers that look like chance; the same seed gives the same row.
struct Dice(u64);

impl Dice {
    fn of_many(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % many.max(1)
    }
}

/// Every value inside a value, itself first.
fn inside<'v>(value: &'v mut Value, visit: &mut impl FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| inside(field, visit)),
        Value::Array(items) => items.iter_mut().for_each(|item| inside(item, visit)),
        _ => {}
    }
}

/// One value of a line, by chance.
fn picked(dice: &mut Dice, line: &mut Value) -> Value {
    let (mut count, mut found) = (0, Value::Null);
    inside(line, &mut |_| count += 1);
    let (wanted, mut at) = (dice.of_many(count), 0);
    inside(line, &mut |value| {
        if at == wanted {
            found = value.clone();
        }
        at += 1;
    });
    found
}

/// A text with bytes changed as libFuzzer changes them, so that it may use the words it was given.
fn altered(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (size, room) = (bytes.len(), bytes.len() + GROWTH_MAX);
    bytes.resize(room, 0);
    let size = fuzzer_mutate(&mut bytes, size, room);
    String::from_utf8_lossy(&bytes[..size]).into_owned()
}

/// Another value in the place of one.
fn turned(dice: &mut Dice, value: &mut Value, other: Value) {
    match (dice.of_many(8), &mut *value) {
        (0, Value::Object(fields)) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            if !names.is_empty() {
                fields.remove(&names[dice.of_many(names.len())]);
            }
        }
        (0, Value::Array(items)) => {
            if !items.is_empty() {
                items.remove(dice.of_many(items.len()));
            }
        }
        (1, Value::Array(items)) => items.push(other),
        (1, Value::Object(fields)) => {
            if let Value::Object(others) = other {
                let names: Vec<String> = others.keys().cloned().collect();
                if !names.is_empty() {
                    let name = &names[dice.of_many(names.len())];
                    fields.insert(name.clone(), others[name].clone());
                }
            }
        }
        (0..=4, Value::String(text)) => *text = altered(text),
        (0..=4, Value::Number(number)) => {
            let number = number.as_i64().unwrap_or_default();
            let near = [number.wrapping_add(1), number.wrapping_sub(1), 0, -1, number.wrapping_mul(1000), i64::MAX];
            *value = near[dice.of_many(near.len())].into();
        }
        (5, _) => *value = [Value::Null, true.into(), "".into(), Value::Array(vec![other])][dice.of_many(4)].clone(),
        _ => *value = other,
    }
}

/// Makes other lines of those in `data`, and returns how many bytes they are.
pub(crate) fn alter(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed));
    let filled = data[..size].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lines: Result<Vec<Value>, _> = filled.map(serde_json::from_slice).collect();
    let mut lines = lines.unwrap_or_default();
    if lines.is_empty() || dice.of_many(4) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    for _ in 0..=dice.of_many(3) {
        let (one, two) = (dice.of_many(lines.len()), dice.of_many(lines.len()));
        match dice.of_many(8) {
            0 if lines.len() > 1 => drop(lines.remove(one)),
            1 => lines.insert(one, lines[two].clone()),
            2 => lines.swap(one, two),
            _ => {
                let other = picked(&mut dice, &mut lines[two]);
                let mut count = 0;
                inside(&mut lines[one], &mut |_| count += 1);
                let (wanted, mut at) = (dice.of_many(count), 0);
                inside(&mut lines[one], &mut |value| {
                    if at == wanted {
                        turned(&mut dice, value, other.clone());
                    }
                    at += 1;
                });
            }
        }
    }
    let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    if text.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}
