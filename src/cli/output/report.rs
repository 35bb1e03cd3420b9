//! The shape of an answer before anybody decides how it looks.
//!
//! Holds text as it was recorded; nothing here is escaped, wrapped or coloured yet. May use nothing but the
//! standard library. A new kind of section is a case of [`Body`] and one arm in each layout.

/// An answer: lines above, sections, lines below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Sentences above the sections, such as the day the answer is for. Absent from CSV.
    pub heading: Vec<String>,
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// Sentences below the sections, such as what to do next. Absent from CSV.
    pub footing: Vec<String>,
}

impl Report {
    /// Returns an empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sentence above the sections.
    #[must_use]
    pub fn heading(mut self, line: impl Into<String>) -> Self {
        self.heading.push(line.into());
        self
    }

    /// Adds a section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// Adds a sentence below the sections.
    #[must_use]
    pub fn footing(mut self, line: impl Into<String>) -> Self {
        self.footing.push(line.into());
        self
    }
}

/// One part of a report: a table, a list of fields, or running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub(super) key: &'static str,
    pub(super) title: Option<String>,
    pub(super) empty: String,
    pub(super) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Every row has exactly as many cells as there are columns.
    Table {
        columns: Vec<Column>,
        rows: Vec<Vec<Cell>>,
    },
    Fields(Vec<Field>),
    Text(Vec<Item>),
}

impl Section {
    /// Returns a table without rows; `key` names the section in CSV when there are several.
    pub fn table(key: &'static str, columns: impl IntoIterator<Item = Column>) -> Self {
        let columns = columns.into_iter().collect();
        Self::with(key, Body::Table { columns, rows: Vec::new() })
    }

    /// Returns a section of names and values, as `show` and `why` print them; one row in CSV.
    pub fn fields(key: &'static str, fields: impl IntoIterator<Item = Field>) -> Self {
        Self::with(key, Body::Fields(fields.into_iter().collect()))
    }

    /// Returns a section of paragraphs and list items.
    pub fn text(key: &'static str, items: impl IntoIterator<Item = Item>) -> Self {
        Self::with(key, Body::Text(items.into_iter().collect()))
    }

    fn with(key: &'static str, body: Body) -> Self {
        Self { key, title: None, empty: String::new(), body }
    }

    /// Sets the line above the section.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the sentence said when there is nothing to show; without one, an empty section is left out.
    #[must_use]
    pub fn when_empty(mut self, sentence: impl Into<String>) -> Self {
        self.empty = sentence.into();
        self
    }

    /// Adds a row to a table, from left to right in the order of the columns.
    ///
    /// Missing cells are empty. Cells beyond the last column get a column without a name, so that none is lost.
    /// In a section of fields or text every cell becomes a paragraph.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.push(cells);
        self
    }

    /// Adds a row in place; see [`Section::row`].
    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells: Vec<Cell> = cells.into_iter().collect();
        match &mut self.body {
            Body::Table { columns, rows } => {
                while columns.len() < cells.len() {
                    columns.push(Column::text("extra", ""));
                    for row in rows.iter_mut() {
                        row.push(Cell::default());
                    }
                }
                cells.resize_with(columns.len(), Cell::default);
                rows.push(cells);
            }
            Body::Fields(fields) => {
                fields.extend(cells.into_iter().map(|cell| Field::new("extra", "", cell)));
            }
            Body::Text(items) => items.extend(cells.into_iter().map(Item::paragraph)),
        }
    }

    /// Adds several rows; see [`Section::row`].
    #[must_use]
    pub fn rows<R: IntoIterator<Item = Cell>>(mut self, rows: impl IntoIterator<Item = R>) -> Self {
        rows.into_iter().for_each(|row| self.push(row));
        self
    }

    /// Tells whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        match &self.body {
            Body::Table { rows, .. } => rows.is_empty(),
            Body::Fields(fields) => fields.is_empty(),
            Body::Text(items) => items.is_empty(),
        }
    }
}

/// What a column holds, which decides whether it may be wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Words of people: titles, names, reasons. Wrapped when space is short, and placed last in a table, where
    /// another direction of writing disturbs nothing.
    #[default]
    Text,
    /// A fixed word of ours, such as a state. Never wrapped.
    Word,
    /// A reference or a hash. Never wrapped.
    Id,
    /// A count. Never wrapped; a negative one stays a number in CSV.
    Number,
    /// A day or an instant. Never wrapped.
    Day,
}

/// The side of its column on which a cell stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// On the left.
    #[default]
    Left,
    /// On the right, as numbers do.
    Right,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in CSV, in `snake_case`. Programs rely on it.
    pub key: &'static str,
    /// The name people see.
    pub header: String,
    /// The side on which cells stand.
    pub align: Align,
    /// Among columns of text, the highest is narrowed first; 0 is narrowed last.
    pub priority: u8,
    /// What the cells are.
    pub kind: Kind,
}

impl Column {
    /// Returns a column of the kind given, on the left, with priority 0.
    pub fn new(kind: Kind, key: &'static str, header: impl Into<String>) -> Self {
        Self { key, header: header.into(), align: Align::Left, priority: 0, kind }
    }

    /// Returns a column of people's words.
    pub fn text(key: &'static str, header: impl Into<String>) -> Self {
        Self::new(Kind::Text, key, header)
    }

    /// Returns a column of fixed words.
    pub fn word(key: &'static str, header: impl Into<String>) -> Self {
        Self::new(Kind::Word, key, header)
    }

    /// Returns a column of references.
    pub fn id(key: &'static str, header: impl Into<String>) -> Self {
        Self::new(Kind::Id, key, header)
    }

    /// Returns a column of numbers, on the right.
    pub fn number(key: &'static str, header: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::new(Kind::Number, key, header) }
    }

    /// Returns a column of days.
    pub fn day(key: &'static str, header: impl Into<String>) -> Self {
        Self::new(Kind::Day, key, header)
    }

    /// Sets how early the column is narrowed: 0 last.
    #[must_use]
    pub fn priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }
}

/// How a cell feels. Colour only ever repeats what the word says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Done, kept, in order.
    Good,
    /// Needs attention soon.
    Warn,
    /// Late, broken, refused.
    Bad,
    /// Beside the point.
    Dim,
    /// The point.
    Strong,
}

/// One value with its tone: `Cell::from(3)`, `Cell::from("late").tone(Tone::Bad)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The value as recorded.
    pub text: String,
    /// Its tone.
    pub tone: Tone,
}

impl Cell {
    /// Sets the tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.to_string(), tone: Tone::Plain }
    }
}

/// One name with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The column name in CSV.
    pub key: &'static str,
    /// The name people see.
    pub label: String,
    /// What the values are.
    pub kind: Kind,
    /// The values: each on its own line for people, joined by `; ` in CSV.
    pub values: Vec<Cell>,
}

impl Field {
    /// Returns a field with one value.
    pub fn new(key: &'static str, label: impl Into<String>, value: impl Into<Cell>) -> Self {
        Self::list(key, label, [value.into()])
    }

    /// Returns a field with any number of values.
    pub fn list(key: &'static str, label: impl Into<String>, values: impl IntoIterator<Item = Cell>) -> Self {
        Self { key, label: label.into(), kind: Kind::Text, values: values.into_iter().collect() }
    }

    /// Sets what the values are.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }
}

/// A paragraph or an item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// 0 for a paragraph, 1 for an item of a list, 2 for an item below that, and so on.
    pub depth: u8,
    /// What it says.
    pub cell: Cell,
}

impl Item {
    /// Returns a paragraph.
    pub fn paragraph(cell: impl Into<Cell>) -> Self {
        Self { depth: 0, cell: cell.into() }
    }

    /// Returns an item of a list; `depth` counts from 1.
    pub fn bullet(depth: u8, cell: impl Into<Cell>) -> Self {
        Self { depth: depth.max(1), cell: cell.into() }
    }
}
