//! `secscan man`: the manual pages, made of the same words as `--help`.

use clap::Command;

use crate::exit::Failure;

/// The page of the program, or of the command that `path` leads to.
pub(crate) fn page(program: &Command, path: &[String]) -> Result<Vec<u8>, Failure> {
    let mut command = program.clone();
    command.build();
    let mut name = "secscan".to_owned();
    for part in path {
        let Some(inner) = command.find_subcommand(part) else {
            return Err(Failure::new(format!("there is no command `{name} {part}`")));
        };
        command = inner.clone();
        name += &format!("-{part}");
    }
    let command = command.name(name.clone()).bin_name(name.replace('-', " "));
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::new(format!("cannot make the manual page: {error}")))?;
    Ok(page)
}
