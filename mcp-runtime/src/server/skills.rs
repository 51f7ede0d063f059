//! Skills on the wire: the lists of the extension. Their files are read as resources are.

use rmcp::ErrorData;
use rmcp::model::{
    CacheScope, GetSkillResult, ListResourcesResult, ListSkillsResult, PaginatedRequestParams,
    Resource, Skill, SkillFrontmatter, SkillResource, SkillResources,
};
use serde_json::json;

use super::pages::{Page, TTL_MS, Window, listed};
use super::{Core, pages, wire};
use crate::policy::gate;
use crate::principal::Principal;
use crate::skills::{self, Catalog};

const FOLDER: &str = "inode/directory";

/// The skills that this caller may read.
pub(super) fn visible<'a>(core: &'a Core, caller: Option<&Principal>) -> Option<&'a Catalog> {
    let files = core.tools().resources.skills()?;
    let catalog = core.skills.as_deref()?;
    gate::visible(core, &files.mounted, caller).then_some(catalog)
}

pub(super) fn list(
    core: &Core,
    caller: Option<&Principal>,
    params: Option<PaginatedRequestParams>,
) -> Result<ListSkillsResult, ErrorData> {
    let window = Window::of(core, params)?;
    let catalog = visible(core, caller).into_iter();
    let skills = catalog.flat_map(|catalog| catalog.skills.iter().map(move |it| (catalog, it)));
    let page = Page::of(window, skills, scope(core), |(catalog, it)| {
        skill(catalog, it)
    });
    Ok(listed!(ListSkillsResult, page, core))
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
    let window = Window::at(core, cursor.as_deref())?;
    let children = children.iter();
    let page = Page::of(window, children, scope(core), |child| {
        let resource = Resource::new(&child.uri, &child.name);
        match catalog.file(&child.uri).filter(|_| !child.is_folder) {
            None => resource.with_mime_type(FOLDER),
            Some(file) => {
                let size = file.bytes.len() as u64;
                resource.with_mime_type(file.mime).with_size(size)
            }
        }
    });
    Ok(listed!(ListResourcesResult, page, core))
}

/// A skill as a resource: its `SKILL.md`, which names the rest.
pub(super) fn resource(core: &Core, skill: &skills::Skill) -> Resource {
    let mut resource = Resource::new(&skill.uri, &skill.name)
        .with_description(&skill.description)
        .with_mime_type("text/markdown");
    let catalog = core.skills.as_ref();
    let file = catalog.and_then(|catalog| catalog.file(&skill.uri));
    resource.size = file.map(|file| file.bytes.len() as u64);
    resource
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

/// Whether others may keep what one caller was told.
pub(super) fn scope(core: &Core) -> CacheScope {
    let files = core.tools().resources.skills().into_iter();
    pages::scope(files.map(|files| &*files.mounted))
}

fn unknown(what: &str, uri: &str) -> ErrorData {
    ErrorData::invalid_params(
        format!("there is no such {what}"),
        Some(json!({"uri": uri})),
    )
}
