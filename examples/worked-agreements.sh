#!/usr/bin/env bash
# Records four real agreements with the program itself, asks about them, and corrects one.
#
#   bash examples/worked-agreements.sh [FOLDER]
#
# FOLDER is where the register is made; a new temporary folder if left out. SERVANDA=path/to/servanda uses that
# program instead of building one. Nothing outside the folder (and cargo's target folder) is written; where a C compiler or
# make is lacking, they are installed from Debian (./needs).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
lines=$here/worked-agreements.jsonl

# ---------------------------------------------------------------------------------------------------------------
# The program, and a folder for the register

if [[ $# -gt 1 ]]; then
    echo "usage: bash examples/worked-agreements.sh [FOLDER]" >&2
    exit 2
fi
folder=${1:-}
if [[ -n $folder && ( -e $folder/.servanda || -e $folder/register.json ) ]]; then
    echo "error: $folder already holds a register; name another folder, or none" >&2
    exit 1
fi

if [[ -n ${SERVANDA:-} ]]; then
    if [[ ! -x $SERVANDA ]]; then
        echo "error: SERVANDA=$SERVANDA is not a program" >&2
        exit 1
    fi
    program=$(cd "$(dirname "$SERVANDA")" && pwd)/$(basename "$SERVANDA")
else
    target=${CARGO_TARGET_DIR:-$root/target}
    [[ $target == /* ]] || target=$PWD/$target
    "$root/needs"
    log=$(mktemp)
    echo "Building the program; the first time takes some minutes."
    # From the project's own folder: cargo looks there for its settings.
    if ! (cd "$root" && cargo build --release --locked --target-dir "$target") >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
    program=$(cd "$target/release" && pwd)/servanda
fi

if [[ -z $folder ]]; then
    folder=$(mktemp -d)
else
    mkdir -p "$folder"
fi
cd "$folder"
folder=$PWD
# What the environment says of other registers, clocks and people is not meant here.
unset SERVANDA_STORE SERVANDA_NOW SERVANDA_SEED
export SERVANDA_ACTOR="worked example"

servanda() { "$program" --store "$folder/.servanda" "$@"; }

heading() { printf '\n\n== %s\n\n' "$1"; }
say() { printf '%s\n' "$@"; }

# Prints a command as it would be typed, folded before an option where it is long, and runs it.
run() {
    local line="$ servanda" piece="" word
    for word in "$@" --; do
        if [[ $word == --* && -n $piece ]]; then
            if (( ${#line} + ${#piece} > 76 )) && [[ $piece == " --"* ]]; then
                printf '%s \\\n' "$line"
                line="     "
            fi
            line+=$piece
            piece=""
        fi
        if [[ ! $word =~ ^[A-Za-z0-9_./:=@,-]+$ ]]; then
            word="\"$word\""
            if (( ${#line} + ${#piece} + ${#word} > 76 )) && [[ -n $piece && $piece != " --"* ]]; then
                printf '%s \\\n' "$line$piece"
                line="     "
                piece=""
            fi
        fi
        piece+=" $word"
    done
    printf '%s\n' "$line"
    servanda "$@"
    echo
}

# ---------------------------------------------------------------------------------------------------------------
heading "A new register"
say "The register is one folder. Its days are those of the time zone that it is" \
    "given."
echo
echo "\$ cd $folder"
printf '$ servanda init --zone Asia/Karachi\n'
"$program" init --zone Asia/Karachi

# ---------------------------------------------------------------------------------------------------------------
heading "One agreement, fact by fact: Pakistan and Palestine, health, September 2025"
say "Each fact is recorded with its own verb, with the source it is from. The" \
    "first word after the verb is the agreement's name in the register; its facts" \
    "are numbered, so that pk-ps-health-2025@3 is the third fact about it."
echo

report=(--source "a news report from Islamabad" --published 2025-09-17)
others="other news reports, which give the day as Wednesday 2025-09-17"

run record pk-ps-health-2025 --kind mou \
    --party "ps:state=State of Palestine" \
    --subject "interventional cardiology" --subject "organ transplantation" --subject "orthopaedic surgery" \
    --subject "endoscopic ultrasound" --subject "burn care" --subject "plastic surgery" \
    --subject "infectious diseases" --subject "ophthalmology" --subject "pharmaceutical development" \
    --subject "joint research" --subject "training" "${report[@]}"
run add-party pk-ps-health-2025 --party pk --kind state --name "Islamic Republic of Pakistan" \
    --acting-through "Ministry of National Health Services" "${report[@]}"

say "The report is of 17 September and does not give the day of the signature: on" \
    "or before that day, which is written ../2025-09-17. It does not name the" \
    "ambassador either, so the register does not."
echo
run sign pk-ps-health-2025 --party pk --by "Syed Mustafa Kamal, Federal Minister for Health" \
    --on ../2025-09-17 "${report[@]}"
run sign pk-ps-health-2025 --party ps --title "Ambassador of Palestine" --on ../2025-09-17 "${report[@]}"

say "Other reports give the day. That settles the two dates; what was recorded" \
    "first stays on record."
echo
run resolve-fact pk-ps-health-2025@3 --on 2025-09-17 --source "$others"
run resolve-fact pk-ps-health-2025@4 --on 2025-09-17 --source "$others"

say "A working group was announced, to be set up within 30 days. The rule is" \
    "recorded, not the date; P30D means 30 days. It becomes commitment c1."
echo
run announce-working-group pk-ps-health-2025 --name "Health Working Group" \
    --mandate "Oversee how the memorandum is carried out" --on 2025-09-17 "${report[@]}"
run set-deadline pk-ps-health-2025 "Establish the Health Working Group" --within P30D --after announcement \
    --owed-by pk --owed-to ps --owed result --bindingness not_stated "${report[@]}"
run commit pk-ps-health-2025 "Help Palestine build capacity in health care" --owed-by pk --owed-to ps "${report[@]}"
run commit pk-ps-health-2025 "Offer training places; the number is not given" --owed-by pk --owed-to ps "${report[@]}"
run note pk-ps-health-2025 "The working group was announced in a speech at the signing; the report does not show that the memorandum itself contains it." \
    --on 2025-09-17 "${report[@]}"

# ---------------------------------------------------------------------------------------------------------------
heading "Three more, from a file with one command a line"
say "A hospital and a foundation (2025), two health ministers (2025), two companies" \
    "(2020)."
echo
grep -v -e '"agreement": "pk-ps-health-2025' \
    -e '"command": "resolve-fact", "agreement": "heart-sphere-fatima-2025' "$lines" >other-three.jsonl
run import other-three.jsonl
say "The same file again changes nothing:"
echo
run import other-three.jsonl

# ---------------------------------------------------------------------------------------------------------------
heading "A date that is not known stays not known"
say "The agency's report on the hospital says \"Wednesday\", is dated 26 June, and" \
    "prints no year."
echo
run show heart-sphere-fatima-2025
say "../XXXX-06-26 means: on or before 26 June of a year that is not known." ""
say "A second outlet's report is dated 27 June 2025, so that Wednesday was the" \
    "25th. The two signatures and the note about the ceremony are read with that" \
    "day from now on."
echo
for fact in 3 4 8; do
    run resolve-fact heart-sphere-fatima-2025@$fact --on 2025-06-25 \
        --source "a second outlet's dated report" --published 2025-06-27
done

# ---------------------------------------------------------------------------------------------------------------
heading "All agreements in the register"
say "\"mou\" is a memorandum of understanding; a pledge was announced and never signed." ""
run list

heading "What is late? Asked for 17 and for 18 October 2025"
run overdue --as-of 2025-10-17 --agreement pk-ps-health-2025
say "On the 17th the group is due, not late. A day later:"
echo
run overdue --as-of 2025-10-18

heading "One agreement in full"
run show pk-ps-health-2025 --as-of 2025-10-18

heading "Why that date?"
say "Somebody stated 30 days; nobody stated how to count them. That is why the" \
    "report above says that the date is counted by assumption."
echo
run why pk-ps-health-2025/c1 --as-of 2025-10-18

heading "Every fact about it, as it was recorded (a replay)"
run history pk-ps-health-2025

# ---------------------------------------------------------------------------------------------------------------
heading "A correction"
say "Suppose (this is made up, to show a correction) that the ministry's own" \
    "release says that the ceremony was on 20 September. First, the reports are" \
    "kept as they are now, in files."

# Times of knowledge are compared to the second, so the correction is made in a later one.
sleep 1
before=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1

# The questions, each in each form.
questions=("list" "overdue" "due --as-of 2025-10-01" "show pk-ps-health-2025" "why pk-ps-health-2025/c1"
    "parties" "stats" "history pk-ps-health-2025")
forms=(table json csv markdown)
keep() {
    local question form words at
    mkdir -p "$1"
    for question in "${questions[@]}"; do
        read -r -a words <<<"$question"
        at=(--known-at "$before")
        case $question in
        history*) ;;
        *--as-of*) ;;
        *) at+=(--as-of 2025-10-18) ;;
        esac
        for form in "${forms[@]}"; do
            servanda "${words[@]}" "${at[@]}" --format "$form" >"$1/${words[0]}.$form"
        done
    done
}
keep reports-before

echo
reason="the ministry's release gives the 20th (made up for this example)"
for fact in 3 4 7; do
    run correct pk-ps-health-2025@$fact --on 2025-09-20 --reason "$reason"
done
say "Nobody touched the deadline: it is counted from the announcement, so it moved" \
    "from 2025-10-17 to 2025-10-20."
echo
run overdue --as-of 2025-10-18 --agreement pk-ps-health-2025
run why pk-ps-health-2025/c1 --as-of 2025-10-18

heading "What changed between then and now"
run diff pk-ps-health-2025 --known-at "$before" --known-at today

heading "What did we know then?"
say "The report of before the correction, made again:"
echo
run overdue --as-of 2025-10-18 --agreement pk-ps-health-2025 --known-at "$before"

keep reports-again
same=0
for file in reports-before/*; do
    if ! cmp "$file" "reports-again/$(basename "$file")"; then
        echo "error: $file is not what it was" >&2
        exit 1
    fi
    same=$((same + 1))
done
say "Made again with --known-at $before, all $same reports (${#questions[@]}" \
    "questions, each as ${forms[*]}) are byte for byte what they were."

heading "Days off"
say "Suppose (made up as well) that the group is to meet within 30 days, on a day on" \
    "which the offices of both countries are open:"
echo
run set-deadline pk-ps-health-2025 "Hold the first meeting" --within P30D --after 2025-09-17 \
    --calendar pk --calendar ps --roll following --owed-by pk --owed-to ps --reason "made up, to count days off"
run why pk-ps-health-2025/c4 --as-of 2025-10-18

heading "The return that a government asked of its ministries"
run report mou-return --as-of 2025-10-18

heading "What cannot be right, or is forgotten"
run lint --as-of 2025-10-18

heading "Go on"
say "The register and the reports are in $folder." "Ask it yourself:" ""
printf '$ cd %q\n' "$folder"
printf '$ %q overdue\n' "$program"
