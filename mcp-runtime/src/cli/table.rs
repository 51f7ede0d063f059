//! Columns of text for a person.

/// What stands between two columns.
const GAP: &str = "  ";

/// Lays rows out in columns, each as wide as its widest cell. The last one may be of any width.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line.push_str(cell);
            let missing = width(column) - cell.chars().count();
            line.extend(std::iter::repeat_n(' ', missing));
            line.push_str(GAP);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_aligned_and_lines_have_no_tail() {
        let rows = [["NAME", "WHAT"], ["über", ""], ["a", "b c"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "NAME  WHAT\nüber\na     b c\n");
    }
}
