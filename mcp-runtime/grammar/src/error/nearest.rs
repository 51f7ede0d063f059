//! The word that was probably meant.

/// The known word that somebody who wrote `found` probably meant.
pub(super) fn nearest(found: &str, known: &[&'static str]) -> Option<&'static str> {
    const LONGEST: usize = 24;
    if found.is_empty() || found.len() > LONGEST {
        return None;
    }
    let found = found.to_ascii_lowercase();
    known
        .iter()
        .map(|word| (distance(found.as_bytes(), word.as_bytes()), *word))
        .filter(|(distance, word)| *distance <= if word.len() <= 4 { 1 } else { 2 })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many letters have to be added, removed, changed or swapped with their neighbour.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (rows[i - 1][j] + 1)
                    .min(rows[i][j - 1] + 1)
                    .min(rows[i - 1][j - 1] + changed);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}
