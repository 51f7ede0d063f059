//! A list of fixed capacity, so that a parsed policy is plain `Copy` data that a `const` can hold.

use std::fmt;

/// A list of at most `N` items that lives inside the value that holds it.
///
/// ```
/// use mcp_grammar::Rate;
///
/// const RATE: Rate = Rate::new("5/s per caller + tenant");
/// assert_eq!(RATE.keys.len(), 2);
/// for key in &RATE.keys {
///     println!("{key}");
/// }
/// ```
#[derive(Clone, Copy)]
pub struct List<T: Copy, const N: usize> {
    items: [T; N],
    len: usize,
}

impl<T: Copy, const N: usize> List<T, N> {
    /// An empty list. Its free places hold `blank`, which is never seen: without `unsafe` they have to hold something.
    pub const fn new(blank: T) -> Self {
        Self {
            items: [blank; N],
            len: 0,
        }
    }

    /// The list with one more item.
    ///
    /// # Panics
    /// If there is no room for it; in a `const` this is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn push(mut self, item: T) -> Self {
        assert!(
            self.try_push(item),
            "this list has no room for another item"
        );
        self
    }

    /// Appends an item if there is room for it, and returns whether there was.
    #[must_use = "an item that finds no room is not in the list"]
    pub const fn try_push(&mut self, item: T) -> bool {
        if self.len == N {
            return false;
        }
        self.items[self.len] = item;
        self.len += 1;
        true
    }

    /// The list of the first `len` items.
    pub(crate) const fn of(items: [T; N], len: usize) -> Self {
        assert!(len <= N, "a list holds no more than it has room for");
        Self { items, len }
    }

    /// The item at this place: cheaper in const evaluation than to cut out the slice.
    pub(crate) const fn at(&self, i: usize) -> T {
        assert!(i < self.len, "there is no such item");
        self.items[i]
    }

    /// The items, in the order in which they were written.
    pub const fn as_slice(&self) -> &[T] {
        self.items.split_at(self.len).0
    }

    /// The number of items.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the list has no items.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items, in the order in which they were written.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }
}

impl<'l, T: Copy, const N: usize> IntoIterator for &'l List<T, N> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Copy, const N: usize> IntoIterator for List<T, N> {
    type Item = T;
    type IntoIter = std::iter::Take<std::array::IntoIter<T, N>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter().take(self.len)
    }
}

impl<T: Copy + PartialEq, const N: usize> PartialEq for List<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Copy + Eq, const N: usize> Eq for List<T, N> {}

impl<T: Copy + fmt::Debug, const N: usize> fmt::Debug for List<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
