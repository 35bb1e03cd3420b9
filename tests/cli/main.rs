//! The program as its users and its attackers meet it: the real binary, one process a command.

mod bad_input;
mod calendar;
mod completion;
mod contract;
mod copies;
mod doctor;
mod foreign;
mod harness;
mod interrupted;
mod lasting;
mod lint;
mod mappings;
mod migration;
mod redact;
mod search;
mod tables;
mod tamper;
mod transcripts;
mod trust;
mod verbs;
