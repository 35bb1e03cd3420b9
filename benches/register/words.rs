//! The words that the made-up agreements are put together from, in three scripts.

use super::chance::Chance;

/// The two sides of most agreements, with their kind and their name in their own script.
pub(super) const STATES: [(&str, &str, &str); 12] = [
    ("pk", "state", "Government of the Islamic Republic of Pakistan"),
    ("ps", "state", "دولة فلسطين"),
    ("cn", "state", "中华人民共和国政府"),
    ("ae", "state", "دولة الإمارات العربية المتحدة"),
    ("jo", "state", "المملكة الأردنية الهاشمية"),
    ("my", "state", "Government of Malaysia"),
    ("sg", "state", "新加坡共和国政府"),
    ("nhsrc", "ministry", "Ministry of National Health Services, Regulations and Coordination"),
    ("moh", "ministry", "وزارة الصحة"),
    ("one-heart", "ngo", "北京一心圆慈善基金会"),
    ("who", "io", "World Health Organization"),
    ("duhs", "university", "Dow University of Health Sciences"),
];

/// What an agreement calls itself; whom it is between and what it is about follow.
const INSTRUMENTS: [&str; 3] = ["Memorandum of understanding on", "مذكرة تفاهم بشأن", "关于以下事项的谅解备忘录："];

const SUBJECTS: [[&str; 3]; 16] = [
    ["cooperation in health", "التعاون في مجال الصحة", "卫生合作"],
    ["the training of physicians", "تدريب الأطباء", "医师培训"],
    ["oncology laboratories", "مختبرات الأورام", "肿瘤实验室"],
    ["registered medicines", "الأدوية المسجلة", "注册药品"],
    ["traditional medicine", "الطب التقليدي", "中医药"],
    ["drinking water", "مياه الشرب", "饮用水"],
    ["disaster relief", "الإغاثة في حالات الكوارث", "救灾"],
    ["school meals", "الوجبات المدرسية", "学校供餐"],
    ["maternal care", "رعاية الأمومة", "孕产妇保健"],
    ["rural clinics", "العيادات الريفية", "乡村诊所"],
    ["medical records", "السجلات الطبية", "病历管理"],
    ["blood banks", "بنوك الدم", "血库"],
    ["vaccine supply", "توريد اللقاحات", "疫苗供应"],
    ["air ambulances", "الإسعاف الجوي", "空中救护"],
    ["nursing schools", "مدارس التمريض", "护士学校"],
    ["telemedicine", "التطبيب عن بعد", "远程医疗"],
];

const PLACES: [[&str; 3]; 12] = [
    ["Islamabad", "إسلام آباد", "伊斯兰堡"],
    ["Ramallah", "رام الله", "拉姆安拉"],
    ["Beijing", "بكين", "北京"],
    ["Lahore", "لاهور", "拉合尔"],
    ["Amman", "عمّان", "安曼"],
    ["Geneva", "جنيف", "日内瓦"],
    ["Karachi", "كراتشي", "卡拉奇"],
    ["Nablus", "نابلس", "纳布卢斯"],
    ["Shanghai", "شنغهاي", "上海"],
    ["Doha", "الدوحة", "多哈"],
    ["Gilgit", "جيلجيت", "吉尔吉特"],
    ["Hebron", "الخليل", "希伯伦"],
];

const UNDERTAKINGS: [[&str; 3]; 8] = [
    ["train physicians in teaching hospitals", "تدريب الأطباء في المستشفيات التعليمية", "在教学医院培训医师"],
    ["form a joint working group and hold its first meeting", "تشكيل فريق عمل مشترك", "成立联合工作组并召开首次会议"],
    ["deliver the equipment agreed in the annex", "تسليم المعدات المتفق عليها", "交付附件商定的设备"],
    ["exchange lists of registered medicines", "تبادل قوائم الأدوية المسجلة", "交换注册药品清单"],
    ["report on the use of funds", "تقديم تقرير عن استخدام الأموال", "报告资金使用情况"],
    ["open the wing for patients", "افتتاح الجناح للمرضى", "病区对患者开放"],
    ["nominate experts for the review", "تسمية خبراء للمراجعة", "提名评审专家"],
    ["send the ratified text", "إرسال النص المصادق عليه", "送交已批准的文本"],
];

const GIVEN: [&str; 12] =
    ["Mustafa", "Amina", "Omar", "Layla", "Wei", "Mei", "Hassan", "Noor", "يوسف", "فاطمة", "建国", "秀英"];

const FAMILY: [&str; 12] =
    ["Kamal", "Qureshi", "Hussein", "Barakat", "Zhang", "Li", "Khan", "Siddiqui", "الخطيب", "ناصر", "王", "陈"];

const OFFICES: [&str; 6] =
    ["Federal Minister", "Secretary", "Director General", "وزير الصحة", "卫生部部长", "Chargé d'affaires"];

/// Outlets that facts are from.
pub(super) const OUTLETS: [&str; 6] =
    ["Associated Press of Pakistan", "وفا", "新华社", "Ministry's own release", "Dawn", "人民日报"];

/// Which of the three scripts an agreement is written in.
pub(super) fn script(chance: &mut Chance) -> usize {
    chance.below(3)
}

/// The title of an agreement, with the number of its file.
pub(super) fn title(script: usize, year: &str, file: &str, chance: &mut Chance) -> String {
    let (about, place) = (chance.one(&SUBJECTS)[script], chance.one(&PLACES)[script]);
    format!("{} {about} ({place} {year}, F. {file})", INSTRUMENTS[script])
}

/// What somebody undertakes; numbers and places differ, as they do on paper.
pub(super) fn undertaking(script: usize, chance: &mut Chance) -> String {
    let (what, place) = (chance.one(&UNDERTAKINGS)[script], chance.one(&PLACES)[script]);
    format!("{}. {what} ({place}, {})", 1 + chance.below(40), 10 * (1 + chance.below(300)))
}

/// Where something was signed or met.
pub(super) fn place(script: usize, chance: &mut Chance) -> &'static str {
    chance.one(&PLACES)[script]
}

/// A person, as "Name, Title".
pub(super) fn person(chance: &mut Chance) -> String {
    format!("{} {}, {}", chance.one(&GIVEN), chance.one(&FAMILY), chance.one(&OFFICES))
}

/// What somebody noted down or reported.
pub(super) fn remark(script: usize, chance: &mut Chance) -> String {
    let subject = chance.one(&SUBJECTS)[script];
    let place = place(script, chance);
    match script {
        0 => format!("{} of {} done in {place}; {subject} is on the agenda", chance.below(90), 90 + chance.below(900)),
        1 => format!("أُنجز {} من {} في {place}؛ {subject}", chance.below(90), 90 + chance.below(900)),
        _ => format!("{place}已完成{}项中的{}项，{subject}列入议程", 90 + chance.below(900), chance.below(90)),
    }
}
