//! What stands in a list twice does not compile.

use crate::prompt::PromptDef;
use crate::resource::ResourceDef;
use crate::tool::ToolDef;

/// Refuses, when the program is compiled, a tool whose name another one of its list has.
///
/// `function` is how the list names the tool, if it names no other one so. A tool of that name needs no look at the others: one
/// that took the name would have to differ from its own function, and is looked at itself.
#[track_caller]
pub const fn unique(tools: &[&ToolDef], tool: &ToolDef, function: &str) {
    if !stands_in(tool.name) && !equal(tool.name.as_bytes(), function.as_bytes()) {
        unique_name(tools, tool.name);
    }
}

/// Refuses, when the program is compiled, a name that two tools of a list have.
#[track_caller]
pub const fn unique_name(tools: &[&ToolDef], name: &str) {
    let mut same = 0;
    let mut index = 0;
    while index < tools.len() {
        same += equal(tools[index].name.as_bytes(), name.as_bytes()) as usize;
        index += 1;
    }
    if same > 1 {
        refuse_twice("another tool in this list is also named `", name, RENAME);
    }
}

/// Refuses, when the program is compiled, a prompt whose name another one of its list has.
#[track_caller]
pub const fn unique_prompt(prompts: &[&PromptDef], prompt: &PromptDef, function: &str) {
    let name = prompt.item.name;
    if !stands_in(name) && !equal(name.as_bytes(), function.as_bytes()) {
        unique_prompt_name(prompts, name);
    }
}

/// Refuses, when the program is compiled, a name that two prompts of a list have.
#[track_caller]
pub const fn unique_prompt_name(prompts: &[&PromptDef], name: &str) {
    let mut same = 0;
    let mut index = 0;
    while index < prompts.len() {
        same += equal(prompts[index].item.name.as_bytes(), name.as_bytes()) as usize;
        index += 1;
    }
    if same > 1 {
        refuse_twice("another prompt in this list is also named `", name, RENAME);
    }
}

/// Refuses, when the program is compiled, a resource whose address another one of its list has.
#[track_caller]
pub const fn unique_resource(resources: &[&ResourceDef], resource: &ResourceDef) {
    if !stands_in(resource.item.name) {
        unique_address(resources, resource.uri());
    }
}

/// Refuses, when the program is compiled, an address that two resources of a list have.
#[track_caller]
pub const fn unique_address(resources: &[&ResourceDef], uri: &str) {
    let mut same = 0;
    let mut index = 0;
    while index < resources.len() {
        same += equal(resources[index].uri().as_bytes(), uri.as_bytes()) as usize;
        index += 1;
    }
    if same > 1 {
        refuse_twice(
            "another resource in this list is also at `",
            uri,
            "`; give each its own address",
        );
    }
}

/// Whether this is the name of what stands in for something that did not compile. Its own error says why, and all of these are alike.
const fn stands_in(name: &str) -> bool {
    name.is_empty()
}

const RENAME: &str = "`; rename one with `name = \"..\"`";

#[track_caller]
const fn refuse_twice(before: &str, name: &str, after: &str) {
    let (message, length) = concat(before, name, after);
    let (text, _) = message.split_at(length);
    match str::from_utf8(text) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("two in this list have the same name"),
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A panic in const evaluation takes one finished text, so it is put together here.
const fn concat(before: &str, name: &str, after: &str) -> ([u8; 256], usize) {
    let mut buffer = [0; 256];
    let mut length = 0;
    let parts = [before.as_bytes(), name.as_bytes(), after.as_bytes()];
    let mut part = 0;
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() && length < buffer.len() {
            buffer[length] = parts[part][index];
            length += 1;
            index += 1;
        }
        part += 1;
    }
    (buffer, length)
}
