//! What a store keeps under a key.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// A value to keep: its bytes and, beside them, the thing itself.
///
/// A store on a network keeps the bytes. One in this process keeps both, so that whoever gets the value need not read the bytes again.
#[derive(Clone)]
pub struct Payload {
    bytes: Bytes,
    live: Option<Arc<dyn Any + Send + Sync>>,
}

impl Payload {
    /// A value of these bytes alone.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            live: None,
        }
    }

    /// Adds the thing that the bytes say.
    #[must_use]
    pub fn with_live<T: Send + Sync + 'static>(mut self, live: Arc<T>) -> Self {
        self.live = Some(live);
        self
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The thing itself, where the store kept it and it is a `T`.
    pub fn live<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.live.as_ref()?).downcast().ok()
    }

    /// About how much memory the value takes. The thing itself is as large as its bytes.
    pub(super) fn weight(&self) -> usize {
        let copies = 1 + usize::from(self.live.is_some());
        self.bytes.len().saturating_mul(copies)
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

/// Two values are the same when their bytes are.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Payload {}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a tool answered is nobody's business who reads a log.
        f.debug_struct("Payload")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
