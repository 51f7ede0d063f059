use std::fs;
use std::path::Path;

use super::*;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn manual(name: &str) -> String {
    format!("---\nname: {name}\ndescription: What {name} is for.\nlicense: MIT\n---\n# {name}\n")
}

fn load(root: &Path) -> Result<Catalog, String> {
    let loaded = Skills::folder(root).load();
    loaded.map_err(|error| error.to_string())
}

/// What is wrong with a folder that has one good skill and this file.
fn refused(path: &str, text: &str) -> String {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "good/SKILL.md", &manual("good"));
    write(root.path(), path, text);
    load(root.path()).unwrap_err()
}

#[test]
fn a_folder_with_a_manual_is_a_skill_with_all_that_is_in_it() {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| write(root.path(), path, text);
    write("README.md", "no skill");
    write("acme/billing/SKILL.md", &manual("billing"));
    write("acme/billing/scripts/run it.py", "print()");
    write("acme/billing/.hidden", "not served");
    write("plain/SKILL.md", &manual("plain"));
    let catalog = load(root.path()).unwrap();

    let names: Vec<_> = catalog.skills.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["billing", "plain"]);
    let billing = catalog.skill("skill://acme/billing/SKILL.md").unwrap();
    assert_eq!(billing.description, "What billing is for.");
    assert_eq!(billing.frontmatter["license"], "MIT");
    assert_eq!(
        billing.files,
        [
            "skill://acme/billing/SKILL.md",
            "skill://acme/billing/scripts/run%20it.py"
        ]
    );
    let script = catalog.file(&billing.files[1]).unwrap();
    assert_eq!(
        (script.text(), script.mime),
        (Some("print()"), "text/plain")
    );
    assert_eq!(
        catalog.file(&billing.files[0]).unwrap().mime,
        "text/markdown"
    );

    for uri in ["skill://acme/billing", "skill://acme/billing/"] {
        let children = catalog.folder(uri).unwrap();
        let children: Vec<_> = children
            .iter()
            .map(|it| (it.name.as_str(), it.is_folder))
            .collect();
        assert_eq!(children, [("SKILL.md", false), ("scripts", true)]);
    }
    assert!(catalog.folder("skill://acme/billing/SKILL.md").is_none());
    assert!(
        catalog.folder("skill://acme").is_none(),
        "groups are no skills"
    );
    assert!(catalog.file("skill://acme/billing/.hidden").is_none());
    assert!(
        catalog
            .file("skill://acme/billing/../plain/SKILL.md")
            .is_none()
    );
}

#[test]
fn what_is_read_once_is_served_ever_after() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "good/SKILL.md", &manual("good"));
    let catalog = load(root.path()).unwrap();
    write(root.path(), "good/SKILL.md", "changed");
    let text = catalog.file("skill://good/SKILL.md").unwrap().text();
    assert_eq!(text, Some(manual("good").as_str()));
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_wherever_it_leads() {
    use std::os::unix::fs::symlink;

    for (link, target) in [
        ("good/passwd", "/etc/passwd"),
        ("good/inner", "/etc"),
        ("other", "/etc"),
        ("good/own", "SKILL.md"),
    ] {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "good/SKILL.md", &manual("good"));
        symlink(target, root.path().join(link)).unwrap();
        let error = load(root.path()).unwrap_err();
        assert!(error.contains("is a link"), "{link}: {error}");
    }
}

#[test]
fn what_is_wrong_with_a_manual_is_told_with_its_path() {
    for (text, told) in [
        ("# no frontmatter", "has no frontmatter"),
        ("---\nname: bad", "has no frontmatter"),
        ("---\nname: [\n---\n", "does not read"),
        ("---\nname: bad\n---\n", "has no description"),
        ("---\nname: Bad\ndescription: it\n---\n", "is named `Bad`"),
        ("---\nname: b--d\ndescription: it\n---\n", "is named `b--d`"),
        (
            "---\nname: other\ndescription: it\n---\n",
            "lies in the folder `bad`",
        ),
        (
            "---\nname: bad\ndescription: it\nmetadata:\n  io.modelcontextprotocol/x: 1\n---\n",
            "the protocol's own",
        ),
    ] {
        let error = refused("bad/SKILL.md", text);
        assert!(error.contains("bad/SKILL.md"), "{error}");
        assert!(error.contains(told), "{told}: {error}");
    }
}

#[test]
fn too_much_is_refused() {
    let large = "x".repeat(17 << 20);
    let error = refused("good/large.txt", &large);
    assert!(
        error.contains("and a skill may have 512 of 16777216"),
        "{error}"
    );

    let root = tempfile::tempdir().unwrap();
    write(root.path(), "good/SKILL.md", &manual("good"));
    for number in 0..512 {
        write(root.path(), &format!("good/{number}.txt"), "");
    }
    let error = load(root.path()).unwrap_err();
    assert!(error.contains("has 513 files"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_meant_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let error = load(&root.path().join("none")).unwrap_err();
    assert!(error.contains("there is no folder of skills at"), "{error}");
    let error = load(root.path()).unwrap_err();
    assert!(error.contains("there are no skills in"), "{error}");
    write(root.path(), "SKILL.md", &manual("good"));
    let error = load(root.path()).unwrap_err();
    assert!(error.contains("is itself a skill"), "{error}");
}
