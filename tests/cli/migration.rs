//! A register that an earlier release wrote is told of once, and is what it was.

#[path = "../log/earlier.rs"]
mod earlier;

use crate::harness::Desk;

#[test]
fn a_register_of_an_earlier_release_is_rewritten_once_and_its_user_is_told() {
    for name in earlier::FORMAT_1 {
        let desk = Desk::new();
        earlier::unpack(name, &desk.store());
        let expected = earlier::exported(name);
        let first = desk.run("export");
        let events = expected.lines().count();
        let told = format!(
            "this register was written by an earlier release; its log was rewritten in today's format, {events} events"
        );
        assert!(first.stderr.contains(&told), "{}", first.stderr);
        assert_eq!(first.ok().stdout, expected);
        let second = desk.run("export");
        assert_eq!(second.stderr, "");
        assert_eq!(second.ok().stdout, expected);
    }
}
