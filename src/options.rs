//! What can be set: one struct, a part a stage, each knob with its unit and the effect of turning it.

/// Everything that can be set for one notice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// Where to stop before a document exhausts the machine.
    pub limits: Limits,
}

/// Limits with names. Reaching one ends the notice with an error that names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// `--max-input-bytes`: size of the input. 512 MiB.
    pub input_bytes: u64,
    /// `--max-pages`: pages of a PDF, or form feeds of a text. 5,000.
    pub pages: u32,
    /// `--max-page-glyphs`: characters on one page. 500,000.
    pub page_glyphs: u32,
    /// `--max-page-rules`: ruling lines on one page. 100,000.
    pub page_rules: u32,
    /// `--max-table-cells`: cells of one table on one page. 200,000.
    pub table_cells: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            input_bytes: 512 << 20,
            pages: 5_000,
            page_glyphs: 500_000,
            page_rules: 100_000,
            table_cells: 200_000,
        }
    }
}
