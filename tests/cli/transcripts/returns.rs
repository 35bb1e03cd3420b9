//! The return of all memoranda and agreements, on the worked agreements: for people, for spreadsheets, for pages.

use super::{at, of_worked};
use crate::harness::Desk;

#[test]
fn the_return_is_a_block_an_agreement() {
    insta::assert_snapshot!(of_worked(100, "report mou-return"), @r#"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    3 agreements; 3 signed; 3 in operation; 0 expired; 0 ended otherwise; nothing reported on 3; 0 of 2
    MoUs became an agreement; 1 pledge left out

    1. cancer-laboratory-2020 (no title on record)
    Reference:          cancer-laboratory-2020
    Kind:               agreement
    Status:             in operation
    Parties:            Life Rehealth Technology Pakistan
                        Beijing Anlong Gene Medicine Technology
    Signatories:        Life Rehealth Technology Pakistan: not on record
                        Beijing Anlong Gene Medicine Technology: not on record
    Signed:             on or before 2020-09-22
    Place:              not on record
    In operation from:  on or before 2020-09-22
    Expiry:             term not on record
    Areas:              cancer laboratory
    Progress:           3 commitments: 0 met, 3 open (3 undated)
                        c1 undated: Build a cancer laboratory jointly; nothing reported
                        c2 undated: Do joint research on treatment; nothing reported
                        c3 undated: Share technology with the Pakistani side; nothing reported
    Bodies:             none on record
    Next step:          nothing with a date
    Source:             a news report that passes on another outlet's item of the day before
                        the headline of the same news report

    2. heart-sphere-fatima-2025 (no title on record)
    Reference:          heart-sphere-fatima-2025
    Kind:               mou
    Status:             in operation
    Parties:            Beijing One Heart Sphere Charity Foundation
                        Fatima Tuz Zahra Medical Center (فاطمة الزہرا میڈیکل سینٹر)
    Signatories:        Beijing One Heart Sphere Charity Foundation: not on record
                        Fatima Tuz Zahra Medical Center: not on record
    Signed:             2025-06-25, printed "Wednesday"
    Place:              not on record
    In operation from:  2025-06-25
    Expiry:             term not on record
    Areas:              not on record
    Progress:           3 commitments: 0 met, 3 open (3 undated)
                        c1 undated: Strengthen free and low-cost care; nothing reported
                        c2 undated: Provide medical assistance jointly; nothing reported
                        c3 undated: Bring more Chinese medical expertise and resources; nothing reported
    Bodies:             none on record
    Next step:          nothing with a date
    Source:             Xinhua, from Islamabad; the year is not printed
                        a second outlet's dated report

    3. pk-ps-health-2025 (no title on record)
    Reference:          pk-ps-health-2025
    Kind:               mou
    Status:             in operation
    Parties:            State of Palestine
                        Islamic Republic of Pakistan, acting through Ministry of National Health
                        Services
    Signatories:        State of Palestine: Ambassador of Palestine, name not on record
                        Islamic Republic of Pakistan: Syed Mustafa Kamal, Federal Minister for Health
    Signed:             2025-09-17
    Place:              not on record
    In operation from:  2025-09-17
    Expiry:             term not on record
    Areas:              interventional cardiology, organ transplantation, orthopaedic surgery,
                        endoscopic ultrasound, burn care, plastic surgery, infectious diseases,
                        ophthalmology, pharmaceutical development, joint research, training
    Progress:           3 commitments: 0 met, 3 open (1 overdue, 2 undated)
                        c1 overdue, due 2025-10-17: Establish the Health Working Group; nothing reported
                        c2 undated: Help Palestine build capacity in health care; nothing reported
                        c3 undated: Offer training places; the number is not given; nothing reported
    Bodies:             Health Working Group: announced 2025-09-17, not formed on record
    Next step:          c1 overdue, due 2025-10-17: Establish the Health Working Group
    Source:             a news report from Islamabad
                        other news reports, which give the day as Wednesday 2025-09-17
    "#);
}

#[test]
fn the_return_fits_eighty_columns() {
    insta::assert_snapshot!(of_worked(80, "report mou-return --party Pakistan --kind mou"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    1 agreement; 1 signed; 1 in operation; 0 expired; 0 ended otherwise; nothing
    reported on 1; 0 of 1 MoU became an agreement

    1. pk-ps-health-2025 (no title on record)
    Reference:          pk-ps-health-2025
    Kind:               mou
    Status:             in operation
    Parties:            State of Palestine
                        Islamic Republic of Pakistan, acting through Ministry of
                        National Health Services
    Signatories:        State of Palestine: Ambassador of Palestine, name not on
                        record
                        Islamic Republic of Pakistan: Syed Mustafa Kamal, Federal
                        Minister for Health
    Signed:             2025-09-17
    Place:              not on record
    In operation from:  2025-09-17
    Expiry:             term not on record
    Areas:              interventional cardiology, organ transplantation,
                        orthopaedic surgery, endoscopic ultrasound, burn care,
                        plastic surgery, infectious diseases, ophthalmology,
                        pharmaceutical development, joint research, training
    Progress:           3 commitments: 0 met, 3 open (1 overdue, 2 undated)
                        c1 overdue, due 2025-10-17: Establish the Health Working
                        Group; nothing reported
                        c2 undated: Help Palestine build capacity in health care;
                        nothing reported
                        c3 undated: Offer training places; the number is not given;
                        nothing reported
    Bodies:             Health Working Group: announced 2025-09-17, not formed on
                        record
    Next step:          c1 overdue, due 2025-10-17: Establish the Health Working
                        Group
    Source:             a news report from Islamabad
                        other news reports, which give the day as Wednesday
                        2025-09-17
    ");
}

#[test]
fn the_return_of_pledges_is_made_when_it_is_asked_for() {
    insta::assert_snapshot!(of_worked(100, "report mou-return --kind pledge"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    1 agreement; 0 signed; 0 in operation; 0 expired; 0 ended otherwise; nothing reported on 1

    1. Health ministers' meeting in Geneva
    Reference:          pk-cn-health-2025
    Kind:               pledge
    Status:             not rated
    Parties:            Islamic Republic of Pakistan
                        People's Republic of China
    Signatories:        Islamic Republic of Pakistan: no signature on record
                        People's Republic of China: no signature on record
    Signed:             no signature on record
    Place:              Geneva
    In operation from:  not on record
    Expiry:             term not on record
    Areas:              vaccine production, traditional medicine, medical technology
    Progress:           4 commitments: 0 met, 4 open (4 undated)
                        c1 undated: Deepen cooperation on vaccine production, traditional medicine and
                        medical technology; nothing reported
                        c2 undated: Advance domestic production of vaccines and medicines; nothing
                        reported
                        c3 undated: Depend less on imported medicine; nothing reported
                        c4 undated: Share knowledge; China says it is ready to; nothing reported
    Bodies:             none on record
    Next step:          nothing with a date
    Source:             a news report with the dateline Islamabad
    ");
}

#[test]
fn the_return_keeps_names_of_every_script_and_says_what_was_fulfilled() {
    insta::assert_snapshot!(at(100, "report mou-return"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    2 agreements; 2 signed; 2 in operation; 0 expired; 0 ended otherwise; nothing reported on 1; 0 of 2
    MoUs became an agreement

    1. 谅解备忘录
    Reference:          cn-th-care-2024
    Kind:               mou
    Status:             in operation
    Parties:            北京一心球公益基金会
                        กระทรวงสาธารณสุข
    Signatories:        北京一心球公益基金会: not on record
                        กระทรวงสาธารณสุข: not on record
    Signed:             北京一心球公益基金会: 2024-05-06
                        กระทรวงสาธารณสุข: 2024-05, not known to the day
    Place:              not on record
    In operation from:  a day from 2024-05-06 to 2024-05-31
    Expiry:             term not on record
    Areas:              not on record
    Progress:           2 commitments: 0 met, 2 open (1 overdue, 1 undated)
                        c1 overdue, due by 2025-05-31: Send the second team; nothing reported
                        c2 undated: Keep helping; nothing reported
    Bodies:             none on record
    Next step:          c1 overdue, due 2025-05-31: Send the second team
    Source:             Xinhua

    2. MoU on health cooperation
    Reference:          pk-ps-health-2025
    Kind:               mou
    Status:             in operation
    Parties:            حکومت پاکستان
                        دولة فلسطين
    Signatories:        حکومت پاکستان: Syed Mustafa Kamal, Federal Minister for Health
                        دولة فلسطين: not on record
    Signed:             2025-09-17
    Place:              Islamabad
    In operation from:  2025-09-17
    Expiry:             term not on record
    Areas:              not on record
    Progress:           2 commitments: 1 met, 1 open
                        c1 met late 2025-12-02: Form the Health Working Group; by the formation of a
                        body
                        c2 due soon, due 2026-01-20: Train 40 doctors; nothing reported
    Bodies:             Health Working Group: formed 2025-12-02
    Next step:          c2 due soon, due 2026-01-20: Train 40 doctors
    Source:             not on record
    ");
}

#[test]
fn the_return_as_csv() {
    insta::assert_snapshot!(of_worked(100, "report mou-return --format csv"), @r#"
    no,reference,title,kind,parties,signatories,signed,signed_as_stated,place,in_operation_from,in_operation_as_stated,expires,expiry_as_stated,status,areas,commitments,met,open,overdue,undated,progress,latest_report_on,latest_report,bodies,next_due,next_step,became,source
    1,cancer-laboratory-2020,,agreement,Life Rehealth Technology Pakistan | Beijing Anlong Gene Medicine Technology,Life Rehealth Technology Pakistan: not on record | Beijing Anlong Gene Medicine Technology: not on record,2020-09-22,on or before 2020-09-22,not on record,,on or before 2020-09-22,,term not on record,in operation,cancer laboratory,3,0,3,0,3,c1 undated: Build a cancer laboratory jointly; nothing reported | c2 undated: Do joint research on treatment; nothing reported | c3 undated: Share technology with the Pakistani side; nothing reported,,,,,,,a news report that passes on another outlet's item of the day before | the headline of the same news report
    2,heart-sphere-fatima-2025,,mou,Beijing One Heart Sphere Charity Foundation | Fatima Tuz Zahra Medical Center (فاطمة الزہرا میڈیکل سینٹر),Beijing One Heart Sphere Charity Foundation: not on record | Fatima Tuz Zahra Medical Center: not on record,2025-06-25,"2025-06-25, printed ""Wednesday""",not on record,2025-06-25,2025-06-25,,term not on record,in operation,not on record,3,0,3,0,3,c1 undated: Strengthen free and low-cost care; nothing reported | c2 undated: Provide medical assistance jointly; nothing reported | c3 undated: Bring more Chinese medical expertise and resources; nothing reported,,,,,,,"Xinhua, from Islamabad; the year is not printed | a second outlet's dated report"
    3,pk-ps-health-2025,,mou,"State of Palestine | Islamic Republic of Pakistan, acting through Ministry of National Health Services","State of Palestine: Ambassador of Palestine, name not on record | Islamic Republic of Pakistan: Syed Mustafa Kamal, Federal Minister for Health",2025-09-17,2025-09-17,not on record,2025-09-17,2025-09-17,,term not on record,in operation,interventional cardiology | organ transplantation | orthopaedic surgery | endoscopic ultrasound | burn care | plastic surgery | infectious diseases | ophthalmology | pharmaceutical development | joint research | training,3,0,3,1,2,"c1 overdue, due 2025-10-17: Establish the Health Working Group; nothing reported | c2 undated: Help Palestine build capacity in health care; nothing reported | c3 undated: Offer training places; the number is not given; nothing reported",,,"Health Working Group: announced 2025-09-17, not formed on record",2025-10-17,"c1 overdue, due 2025-10-17: Establish the Health Working Group",,"a news report from Islamabad | other news reports, which give the day as Wednesday 2025-09-17"
    "#);
}

#[test]
fn the_return_as_markdown() {
    insta::assert_snapshot!(of_worked(100, "report mou-return --format markdown --subject cardiology"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    1 agreement; 1 signed; 1 in operation; 0 expired; 0 ended otherwise; nothing reported on 1; 0 of 1 MoU became an agreement

    | No. | Title | Parties | Signed | Status | Expiry | Progress |
    | ---: | --- | --- | --- | --- | --- | --- |
    | 1 | pk-ps-health-2025 (no title on record) | State of Palestine, Islamic Republic of Pakistan | 2025-09-17 | in operation | term not on record | 3 commitments: 0 met, 3 open (1 overdue, 2 undated) |

    ## 1. pk-ps-health-2025 (no title on record)

    - **Reference:** pk-ps-health-2025
    - **Kind:** mou
    - **Status:** in operation
    - **Parties:** State of Palestine<br>Islamic Republic of Pakistan, acting through Ministry of National Health Services
    - **Signatories:** State of Palestine: Ambassador of Palestine, name not on record<br>Islamic Republic of Pakistan: Syed Mustafa Kamal, Federal Minister for Health
    - **Signed:** 2025-09-17
    - **Place:** not on record
    - **In operation from:** 2025-09-17
    - **Expiry:** term not on record
    - **Areas:** interventional cardiology, organ transplantation, orthopaedic surgery, endoscopic ultrasound, burn care, plastic surgery, infectious diseases, ophthalmology, pharmaceutical development, joint research, training
    - **Progress:** 3 commitments: 0 met, 3 open (1 overdue, 2 undated)<br>c1 overdue, due 2025-10-17: Establish the Health Working Group; nothing reported<br>c2 undated: Help Palestine build capacity in health care; nothing reported<br>c3 undated: Offer training places; the number is not given; nothing reported
    - **Bodies:** Health Working Group: announced 2025-09-17, not formed on record
    - **Next step:** c1 overdue, due 2025-10-17: Establish the Health Working Group
    - **Source:** a news report from Islamabad<br>other news reports, which give the day as Wednesday 2025-09-17
    ");
}

#[test]
fn an_empty_return_says_so() {
    insta::assert_snapshot!(of_worked(100, "report mou-return --subject fisheries"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    0 agreements; 0 signed; 0 in operation; 0 expired; 0 ended otherwise; nothing reported on 0

    no MoU or agreement is on record by then
    ");
}

const BUSY: [&str; 12] = [
    r#"record water-2019 --kind mou --title '=HYPERLINK("x")' --party pk:state=Pakistan --party tr:state=Türkiye --subject "water" --on 2019-04-01 --place Ankara --source "+1 gazette""#,
    r#"sign water-2019 --party pk --by "@Amir, Secretary" --on 2019-04 --place Ankara"#,
    "sign water-2019 --party tr --on 2019-05-02 --place Islamabad",
    "set-term water-2019 --start 2019-05-02 --length P5Y --renewal express --notice-period P6M",
    r#"set-deadline water-2019 --due 2020-01-31 --owed-by pk -- "-1 dam surveyed""#,
    r#"report-milestone water-2019/c1 --status met --on 2020-02-02 --evidence "=the survey""#,
    r#"set-deadline water-2019 "Train ten engineers" --due 2026-03-31 --owed-by tr"#,
    r#"report-milestone water-2019/c2 --status progress --share 40 --on 2025-11-30 --by "Water Board" --evidence "four have been trained""#,
    r#"commit water-2019 "Exchange data" --owed-by pk --owed-by tr"#,
    r#"waive water-2019/c3 --by pk --on 2021-01-05 --reason "no longer needed""#,
    r#"form-working-group water-2019 --name "Joint Board" --on 2019-09-09"#,
    "link water-2019 --relation becomes --to water-treaty-2024",
];

/// What a line shows of one agreement in which much happened.
fn busy(line: &str) -> String {
    let desk = Desk::new();
    desk.done(&["record water-treaty-2024 --kind agreement --party pk:state=Pakistan --on 2024-05-01"]);
    desk.done(&BUSY);
    super::seen(desk.run(line))
}

#[test]
fn the_return_tells_what_was_reported_and_what_it_became() {
    insta::assert_snapshot!(busy("report mou-return"), @r#"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:13Z
    2 agreements; 1 signed; 0 in operation; 1 expired; 0 ended otherwise; nothing reported on 1; 1 of 1
    MoU became an agreement

    1. =HYPERLINK("x")
    Reference:          water-2019
    Kind:               mou
    Status:             expired
    Parties:            Pakistan
                        Türkiye
    Signatories:        Pakistan: @Amir, Secretary
                        Türkiye: not on record
    Signed:             Pakistan: 2019-04, not known to the day
                        Türkiye: 2019-05-02
    Place:              Ankara, Islamabad
    In operation from:  2019-05-02
    Expiry:             2024-05-01, term P5Y, renewal express, notice P6M
    Areas:              water
    Progress:           3 commitments: 1 met, 1 open, 1 closed otherwise
                        c1 met late 2020-02-02: -1 dam surveyed; reported met 2020-02-02: =the survey
                        c2 pending, due 2026-03-31: Train ten engineers; reported progress, 40 %
                        2025-11-30, by Water Board: four have been trained
                        c3 waived: Exchange data; nothing reported
    Bodies:             Joint Board: formed 2019-09-09
    Next step:          c2 pending, due 2026-03-31: Train ten engineers
    Became:             water-treaty-2024
    Source:             +1 gazette

    2. water-treaty-2024 (no title on record)
    Reference:          water-treaty-2024
    Kind:               agreement
    Status:             recorded
    Parties:            Pakistan
    Signatories:        Pakistan: no signature on record
    Signed:             no signature on record
    Place:              not on record
    In operation from:  not on record
    Expiry:             term not on record
    Areas:              not on record
    Progress:           no commitment on record
    Bodies:             none on record
    Next step:          nothing with a date
    Source:             not on record
    "#);
}

#[test]
fn no_cell_of_the_return_is_a_formula() {
    insta::assert_snapshot!(busy("report mou-return --format csv"), @r#"
    no,reference,title,kind,parties,signatories,signed,signed_as_stated,place,in_operation_from,in_operation_as_stated,expires,expiry_as_stated,status,areas,commitments,met,open,overdue,undated,progress,latest_report_on,latest_report,bodies,next_due,next_step,became,source
    1,water-2019,"'=HYPERLINK(""x"")",mou,Pakistan | Türkiye,"Pakistan: @Amir, Secretary | Türkiye: not on record",2019-05-02,"Pakistan: 2019-04, not known to the day | Türkiye: 2019-05-02",Ankara | Islamabad,2019-05-02,2019-05-02,2024-05-01,"2024-05-01, term P5Y, renewal express, notice P6M",expired,water,3,1,1,0,0,"c1 met late 2020-02-02: -1 dam surveyed; reported met 2020-02-02: =the survey | c2 pending, due 2026-03-31: Train ten engineers; reported progress, 40 % 2025-11-30, by Water Board: four have been trained | c3 waived: Exchange data; nothing reported",2025-11-30,"c2: progress, 40 % 2025-11-30, by Water Board: four have been trained",Joint Board: formed 2019-09-09,2026-03-31,"c2 pending, due 2026-03-31: Train ten engineers",water-treaty-2024,'+1 gazette
    2,water-treaty-2024,,agreement,Pakistan,Pakistan: no signature on record,,no signature on record,not on record,,not on record,,term not on record,recorded,not on record,0,0,0,0,0,,,,,,,,
    "#);
}
