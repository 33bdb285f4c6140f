//! Every form of commit through the hook that is installed: one with a secret is stopped, its clean twin is
//! not. And the hooks of others are left whole.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::repository::Repository;
use crate::support::{Ran, builtin};

fn secret(seed: u64) -> String {
    format!("token = \"{}\"\n", builtin("github-pat-classic", seed))
}

const CLEAN: &str = "token = read_from_the_environment()\n";

fn with_hook(repository: Repository) -> Repository {
    repository.run(&["hook", "install"]).expect(0).says("installed ");
    repository
}

/// Does `form` with a secret and with its clean twin.
#[track_caller]
fn both(form: impl Fn(&Repository, &str) -> Ran) {
    for (text, is_secret) in [(secret(1), true), (CLEAN.to_owned(), false)] {
        let repository = with_hook(Repository::new());
        let ran = form(&repository, &text);
        assert_eq!(ran.code != Some(0), is_secret, "secret: {is_secret}, {}", ran.all());
        if is_secret {
            assert!(ran.all().contains("github-pat-classic"), "{}", ran.all());
            assert!(!ran.all().contains(&text[14..30]), "{}", ran.all());
        }
    }
}

#[test]
fn commit() {
    both(|repository, text| {
        repository.file("a.py", text).git("add a.py");
        repository.try_git(".", "commit -m x", &[])
    });
}

#[test]
fn commit_all() {
    both(|repository, text| {
        repository.file("base.txt", text);
        repository.try_git(".", "commit -a -m x", &[])
    });
}

#[test]
fn commit_include() {
    both(|repository, text| {
        repository.file("other", "clean\n").git("add other");
        repository.file("base.txt", text);
        repository.try_git(".", "commit -i base.txt -m x", &[])
    });
}

#[test]
fn commit_paths() {
    both(|repository, text| {
        repository.file("base.txt", text);
        repository.try_git(".", "commit -m x -- base.txt", &[])
    });
    // What is staged besides does not matter then.
    let repository = with_hook(Repository::new());
    repository.file("staged", secret(1)).git("add staged");
    repository.file("base.txt", CLEAN).git("commit -q -m x -- base.txt");
}

#[test]
fn amend() {
    both(|repository, text| {
        repository.file("a.py", text).git("add a.py");
        repository.try_git(".", "commit --amend --no-edit", &[])
    });
}

#[test]
fn merge() {
    both(|repository, text| {
        repository.git("checkout -q -b side");
        repository.commit("side.py", text);
        repository.git("checkout -q main");
        repository.commit("main.py", "clean\n");
        repository.try_git(".", "merge --no-ff -m x side", &[])
    });
    // One that had a conflict is committed by hand.
    both(|repository, text| {
        repository.git("checkout -q -b side");
        repository.commit("base.txt", "side\n");
        repository.git("checkout -q main");
        repository.commit("base.txt", "main\n");
        assert_eq!(repository.try_git(".", "merge side", &[]).code, Some(1));
        repository.file("base.txt", text).git("add base.txt");
        repository.try_git(".", "commit -m merged", &[])
    });
}

#[test]
fn rebase_step() {
    both(|repository, text| {
        repository.commit("a.py", "clean\n");
        repository.commit("b.py", "clean\n");
        let editor = [("GIT_SEQUENCE_EDITOR", "sed -i.bak s/^pick/edit/")];
        repository.try_git(".", "rebase -i HEAD~2", &editor).expect(0);
        repository.file("a.py", text).git("add a.py");
        repository.try_git(".", "commit --amend --no-edit", &[])
    });
}

#[test]
fn first_commit() {
    for (text, code) in [(secret(1), 1), (CLEAN.to_owned(), 0)] {
        let repository = with_hook(Repository::empty());
        repository.file("a.py", text).git("add a.py");
        repository.try_git(".", "commit -m x", &[]).expect(code);
    }
}

#[test]
fn worktree() {
    both(|repository, text| {
        repository.git("worktree add -q ../tree -b tree");
        repository.file("../tree/a.py", text);
        repository.try_git("../tree", "add a.py", &[]).expect(0);
        repository.try_git("../tree", "commit -m x", &[])
    });
}

#[test]
fn submodule() {
    both(|repository, text| {
        let source = repository.project.outside("source");
        let name = source.to_str().unwrap();
        assert!(!name.contains(['_', ' ']), "the test splits there: {name}");
        repository.git(&format!("clone -q . {name}"));
        repository.git(&format!("-c protocol.file.allow=always submodule add -q {name} sub"));
        // That the superproject points at a commit is no content.
        repository.git("commit -q -m sub");
        let mut install = repository.project.command(&["hook", "install"]);
        install.current_dir(repository.project.path("sub"));
        Ran::from(install.output().unwrap()).expect(0);
        repository.file("sub/a.py", text);
        repository.try_git("sub", "add a.py", &[]).expect(0);
        repository.try_git("sub", "commit -m x", &[])
    });
}

#[test]
fn partially_staged() {
    // Only what is staged counts.
    both(|repository, text| {
        let other = if text == CLEAN { secret(2) } else { CLEAN.to_owned() };
        repository.file("a.py", text).git("add a.py");
        repository.file("a.py", other);
        repository.try_git(".", "commit -m x", &[])
    });
}

#[test]
fn rename_with_edit() {
    both(|repository, text| {
        repository.git("mv base.txt moved.txt");
        repository.file("moved.txt", format!("one\ntwo\nthree\nfour\nfive\n{text}"));
        repository.git("add moved.txt");
        repository.try_git(".", "commit -m x", &[])
    });
    // A secret that only moves was there before.
    let repository = with_hook(Repository::new());
    repository.commit("old.py", format!("1\n2\n3\n{}4\n5\n6\n", secret(1)));
    repository.git("mv old.py new.py");
    repository.git("commit -q -m moved");
}

#[test]
fn delete() {
    both(|repository, text| {
        repository.commit("old.py", secret(3));
        repository.git("rm -q old.py");
        repository.file("new.py", text).git("add new.py");
        repository.try_git(".", "commit -m x", &[])
    });
    let repository = with_hook(Repository::new());
    repository.commit("old.py", secret(3));
    repository.git("rm -q old.py");
    repository.git("commit -q -m gone");
}

#[test]
fn mode_change() {
    both(|repository, text| {
        repository.commit("old.sh", format!("{}\n", secret(3)));
        let path = repository.project.path("old.sh");
        repository.file("old.sh", format!("{}\n{text}", secret(3)));
        fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        repository.git("add old.sh");
        repository.try_git(".", "commit -m x", &[])
    });
    let repository = with_hook(Repository::new());
    repository.commit("old.sh", secret(3));
    let path = repository.project.path("old.sh");
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    repository.git("commit -q -a -m mode");
}

#[test]
fn symbolic_link() {
    both(|repository, text| {
        symlink(text.trim(), repository.project.path("link")).unwrap();
        repository.git("add link");
        repository.try_git(".", "commit -m x", &[])
    });
}

#[test]
fn an_old_secret_does_not_block() {
    let repository = with_hook(Repository::new());
    let lines = "a\n".repeat(20);
    repository.commit("old.py", format!("{}{lines}", secret(1)));
    repository.file("old.py", format!("{}{lines}new\n", secret(1))).git("add old.py");
    repository.run(&["git", "--staged", "--whole-file"]).expect(1);
    repository.git("commit -q -m x");
}

#[test]
fn push() {
    for (text, is_secret) in [(secret(1), true), (CLEAN.to_owned(), false)] {
        let repository = Repository::new();
        let remote = repository.project.outside("remote");
        repository.git(&format!("init -q --bare {}", remote.to_str().unwrap()));
        repository.git(&format!("remote add origin {}", remote.to_str().unwrap()));
        repository.commit("old.py", secret(2));
        repository.git("push -q origin main");
        repository.run(&["hook", "install", "--pre-push"]).expect(0);
        repository.commit("new.py", &text);
        // In the past of what is pushed, and gone at its end.
        repository.commit("new.py", "clean\n");
        let ran = repository.try_git(".", "push origin main main:refs/heads/other", &[]);
        assert_eq!(ran.code != Some(0), is_secret, "{}", ran.all());
        assert!(!ran.all().contains("old.py"), "{}", ran.all());
        repository.git("push -q --no-verify origin main");
        // Nothing new, and a deletion.
        repository.git("push -q origin main main:refs/heads/third");
        repository.git("push -q origin :refs/heads/third");
    }
}

#[test]
fn an_existing_hook_is_kept_and_runs_first() {
    let repository = Repository::new();
    let hook = repository.project.path(".git/hooks/pre-commit");
    let own = "#!/bin/sh\necho own hook >&2\ntest ! -e refuse\n";
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, own).unwrap();
    fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
    repository.run(&["hook", "install"]).expect(0).says("it is kept as ");
    // Once more changes nothing.
    repository.run(&["hook", "install"]).expect(0).says("is installed already");

    repository.file("a.py", CLEAN).file("refuse", "").git("add a.py");
    repository.try_git(".", "commit -m x", &[]).expect(1).says("own hook");
    fs::remove_file(repository.project.path("refuse")).unwrap();
    repository.try_git(".", "commit -m x", &[]).expect(0).says("own hook").says("no secrets; ");
    repository.file("a.py", secret(1)).git("add a.py");
    repository.try_git(".", "commit -m x", &[]).expect(1).says("own hook");

    repository.run(&["hook", "uninstall"]).expect(0).says("put back");
    assert_eq!(fs::read_to_string(&hook).unwrap(), own);
    repository.run(&["hook", "uninstall"]).expect(0).says("there is no hook of secscan");
    assert_eq!(fs::read_to_string(&hook).unwrap(), own);
}

#[test]
fn a_hook_that_cannot_be_kept_is_not_overwritten() {
    let repository = with_hook(Repository::new());
    let hook = repository.project.path(".git/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\n# other\n").unwrap();
    fs::write(hook.with_file_name("pre-commit.secscan-chained"), "#!/bin/sh\n").unwrap();
    repository.run(&["hook", "install"]).expect(2).says("--force");
    assert!(fs::read_to_string(&hook).unwrap().contains("# other"));
    repository.run(&["hook", "install", "--force"]).expect(0);
    repository.run(&["hook", "uninstall"]).expect(0);
    assert!(fs::read_to_string(&hook).unwrap().contains("# other"));
}

#[test]
fn hooks_path() {
    let repository = Repository::new();
    repository.git("config core.hooksPath my/hooks");
    repository.run(&["hook", "install"]).expect(0);
    assert!(repository.project.path("my/hooks/pre-commit").is_file());
    repository.file("a.py", secret(1)).git("add a.py");
    repository.try_git(".", "commit -m x", &[]).expect(1);
    repository.run(&["hook", "uninstall"]).expect(0);
    assert!(!repository.project.path("my/hooks/pre-commit").exists());

    // Of many repositories.
    repository.git("config --unset core.hooksPath");
    let shared = repository.project.outside("shared");
    repository.git(&format!("config --global core.hooksPath {}", shared.to_str().unwrap()));
    repository.run(&["hook", "install"]).expect(2).says("by the global configuration");
    assert!(!shared.exists());
    repository.run(&["hook", "install", "--force"]).expect(0);
    assert!(shared.join("pre-commit").is_file());
}

#[test]
fn global() {
    let repository = Repository::new();
    repository.run(&["hook", "install", "--global"]).expect(0).says("init.templateDir is ");
    repository.run(&["hook", "install", "--global"]).expect(0).says("is installed already");
    let clone = repository.project.outside("clone");
    repository.git(&format!("clone -q . {}", clone.to_str().unwrap()));
    fs::write(clone.join("a.py"), secret(1)).unwrap();
    repository.try_git("../clone", "add a.py", &[]).expect(0);
    repository.try_git("../clone", "commit -m x", &[]).expect(1);
    repository.run(&["hook", "uninstall", "--global"]).expect(0);
    assert_eq!(repository.try_git(".", "config --global --get init.templateDir", &[]).out, "");

    repository.git("config --global init.templateDir /elsewhere");
    repository.run(&["hook", "install", "--global"]).expect(2).says("is /elsewhere already");
    repository.run(&["hook", "uninstall", "--global"]).expect(0);
    assert_eq!(repository.git("config --global --get init.templateDir"), "/elsewhere");
}

#[test]
fn outside_of_a_repository() {
    let repository = Repository::new();
    let mut command = repository.project.command(&["hook", "install"]);
    command.current_dir(repository.project.outside("")).env("GIT_CEILING_DIRECTORIES", "/");
    Ran::from(command.output().unwrap()).expect(2).says("not a git repository");
}

#[test]
fn without_the_program_nothing_is_committed() {
    let repository = with_hook(Repository::new());
    let hook = repository.project.path(".git/hooks/pre-commit");
    let text = fs::read_to_string(&hook).unwrap();
    let program = env!("CARGO_BIN_EXE_secscan");
    assert!(text.contains(program));
    fs::write(&hook, text.replace(program, "/nowhere/secscan-x")).unwrap();
    repository.file("a.py", CLEAN).git("add a.py");
    let path = [("PATH", "/usr/bin:/bin")];
    repository.try_git(".", "commit -m x", &path).expect(1).says("finds no secscan");
}
