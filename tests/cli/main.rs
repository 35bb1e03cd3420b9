//! The program as its users and its attackers meet it: the real binary, one process a command.

mod bad_input;
mod calendar;
mod completion;
mod contract;
mod copies;
mod doctor;
mod harness;
mod interrupted;
mod lasting;
mod lint;
mod mappings;
mod migration;
mod redact;
mod search;
mod tables;
mod transcripts;
mod verbs;
