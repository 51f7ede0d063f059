//! Pictures that clients show beside a name.

use rmcp::model::Icon;

/// The pictures at these addresses, if there are any.
pub(super) fn icons<S: AsRef<str>>(addresses: &[S]) -> Option<Vec<Icon>> {
    let icons = addresses.iter().map(|address| icon(address.as_ref()));
    (!addresses.is_empty()).then(|| icons.collect())
}

fn icon(address: &str) -> Icon {
    let icon = Icon::new(address);
    match mime(address) {
        Some(mime) => icon.with_mime_type(mime),
        None => icon,
    }
}

/// The media type that an address says: with its extension, or of data that it carries.
fn mime(address: &str) -> Option<&str> {
    if let Some(data) = address.strip_prefix("data:") {
        let mime = data.split([';', ',']).next();
        return mime.filter(|mime| !mime.is_empty());
    }
    let path = address.split(['?', '#']).next()?;
    let (_, extension) = path.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "png" => Some("image/png"),
        "svg" => Some("image/svg+xml"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "webp" => Some("image/webp"),
        "gif" => Some("image/gif"),
        "ico" => Some("image/x-icon"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_its_media_type_where_it_can() {
        for (address, expected) in [
            ("https://example.com/a.png", Some("image/png")),
            ("https://example.com/a.SVG?v=1.2#x", Some("image/svg+xml")),
            ("https://example.com/icon", None),
            ("https://example.com/a.b/icon", None),
            ("data:image/webp;base64,AAAA", Some("image/webp")),
            ("data:,", None),
        ] {
            assert_eq!(mime(address), expected, "{address}");
        }
    }
}
