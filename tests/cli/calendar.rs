//! Calendars: what is shipped, what is put on record, and files of others.

use crate::harness::Sandbox;
