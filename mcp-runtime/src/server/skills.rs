//! Skills on the wire: the lists of the extension, and their files as resources.

use rmcp::ErrorData;
use rmcp::model::{
    CacheScope, GetSkillResult, ListResourcesResult, ListSkillsResult, PaginatedRequestParams,
    ReadResourceResult, Resource, ResourceContents, Skill, SkillFrontmatter, SkillResource,
    SkillResources,
};
use serde_json::json;

use super::pages::{Page, TTL_MS, listed};
use super::{Core, pages, wire};
use crate::policy::auth::{self, Permits};
use crate::principal::Principal;
use crate::skills::{self, Catalog};

const FOLDER: &str = "inode/directory";

/// The skills that this caller may read.
pub(super) fn visible<'a>(core: &'a Core, caller: Option<&Principal>) -> Option<&'a Catalog> {
    let catalog = core.skills.as_ref()?;
    let rules = (&catalog.auth, &catalog.tenants);
    (auth::allows(core, &core.home, rules, caller) == Permits::Yes).then_some(catalog)
}

pub(super) fn list(
    core: &Core,
    caller: Option<&Principal>,
    params: Option<PaginatedRequestParams>,
) -> Result<ListSkillsResult, ErrorData> {
    let skills = visible(core, caller).map_or(&[][..], |catalog| &catalog.skills);
    let (page, next) = page(core, skills, params.and_then(|params| params.cursor))?;
    let catalog = core.skills.as_ref();
    let entries = page.iter().filter_map(|it| Some(skill(catalog?, it)));
    let items = entries.collect();
    Ok(listed!(ListSkillsResult, kept(core, items, next), core))
}

pub(super) fn get(
    core: &Core,
    caller: Option<&Principal>,
    uri: &str,
) -> Result<GetSkillResult, ErrorData> {
    let catalog = visible(core, caller);
    let found = catalog.and_then(|catalog| Some(skill(catalog, catalog.skill(uri)?)));
    let skill = found.ok_or_else(|| unknown("skill", uri))?;
    Ok(GetSkillResult::new(skill)
        .with_ttl_ms(TTL_MS)
        .with_cache_scope(scope(core))
        .with_meta(wire::server_meta(&core.identity)))
}

/// What stands directly in a folder of a skill.
pub(super) fn directory(
    core: &Core,
    caller: Option<&Principal>,
    uri: &str,
    cursor: Option<String>,
) -> Result<ListResourcesResult, ErrorData> {
    let catalog = visible(core, caller).ok_or_else(|| unknown("folder", uri))?;
    let children = catalog.folder(uri).ok_or_else(|| unknown("folder", uri))?;
    let (page, next) = page(core, children, cursor)?;
    let resources = page.iter().filter_map(|child| {
        let resource = Resource::new(&child.uri, &child.name);
        if child.is_folder {
            return Some(resource.with_mime_type(FOLDER));
        }
        let file = catalog.file(&child.uri)?;
        let size = file.bytes.len() as u64;
        Some(resource.with_mime_type(file.mime).with_size(size))
    });
    let items = resources.collect();
    Ok(listed!(ListResourcesResult, kept(core, items, next), core))
}

/// The skills as resources: each by its `SKILL.md`, which names the rest.
pub(super) fn resources(core: &Core, caller: Option<&Principal>) -> Vec<Resource> {
    let catalog = visible(core, caller);
    let skills = catalog.into_iter().flat_map(|catalog| &catalog.skills);
    let resource = |skill: &skills::Skill| {
        let mut resource = Resource::new(&skill.uri, &skill.name)
            .with_description(&skill.description)
            .with_mime_type("text/markdown");
        let file = catalog.and_then(|catalog| catalog.file(&skill.uri));
        resource.size = file.map(|file| file.bytes.len() as u64);
        resource
    };
    skills.map(resource).collect()
}

/// A file of a skill, if the address is one's.
pub(super) fn read(
    core: &Core,
    caller: Option<&Principal>,
    uri: &str,
) -> Option<ReadResourceResult> {
    let file = visible(core, caller)?.file(uri)?;
    let contents = match file.text() {
        Some(text) => ResourceContents::text(text, uri),
        None => {
            use base64::Engine as _;
            let blob = base64::engine::general_purpose::STANDARD.encode(&file.bytes);
            ResourceContents::blob(blob, uri)
        }
    };
    let mut result = ReadResourceResult::new(vec![contents.with_mime_type(file.mime)])
        .with_ttl_ms(TTL_MS)
        .with_cache_scope(scope(core));
    result.meta = Some(wire::server_meta(&core.identity));
    Some(result)
}

fn skill(catalog: &Catalog, skill: &skills::Skill) -> Skill {
    let mut frontmatter = SkillFrontmatter::new(&skill.name, &skill.description);
    let rest = skill.frontmatter.iter();
    let rest = rest.filter(|(key, _)| !matches!(key.as_str(), "name" | "description"));
    frontmatter.extra = rest.map(|(key, it)| (key.clone(), it.clone())).collect();
    let files = skill.files.iter().filter_map(|uri| {
        let file = catalog.file(uri)?;
        let size = file.bytes.len() as u64;
        Some(SkillResource::new(uri, &file.digest, size))
    });
    let files = SkillResources::Files(files.collect());
    Skill::new(&skill.uri, frontmatter, files)
}

/// A page of a list, and where the next one begins.
fn page<'a, T>(
    core: &Core,
    items: &'a [T],
    cursor: Option<String>,
) -> Result<(&'a [T], Option<String>), ErrorData> {
    let start = pages::offset(cursor)?;
    let rest = items.get(start..).unwrap_or_default();
    let page = &rest[..rest.len().min(core.page_size)];
    let end = start + page.len();
    Ok((page, (end < items.len()).then(|| pages::cursor(end))))
}

/// A page that clients may keep: skills change only with the program.
fn kept<W>(core: &Core, items: Vec<W>, next: Option<String>) -> Page<W> {
    Page {
        items,
        ttl_ms: TTL_MS,
        scope: scope(core),
        next,
    }
}

/// Whether others may keep what one caller was told.
pub(super) fn scope(core: &Core) -> CacheScope {
    match &core.skills {
        Some(it) if it.auth.guarantees_caller() || it.tenants.is_bound() => CacheScope::Private,
        _ => CacheScope::Public,
    }
}

fn unknown(what: &str, uri: &str) -> ErrorData {
    ErrorData::invalid_params(
        format!("there is no such {what}"),
        Some(json!({"uri": uri})),
    )
}
