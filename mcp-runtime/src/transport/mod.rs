//! How the server meets its clients.
