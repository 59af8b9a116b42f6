//! `infra/package` names the code of every function.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::template::{functions, template};

#[test]
fn the_packaged_template_has_the_code_of_each_function_in_a_folder_of_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for arch in ["arm64", "x86_64"] {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("package-{arch}"));
        let output = Command::new("bash")
            .arg(root.join("infra/package"))
            .args(["--template-only", "--arch", arch, "--out"])
            .arg(&out)
            .output()
            .expect("bash is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(out.join("template.yaml")).expect("the template is written");
        let packaged: Value = serde_saphyr::from_str(&text).expect("the template is YAML");

        let mut expected = template();
        expected["Parameters"]["Architecture"]["Default"] = arch.into();
        expected["Parameters"]["Architecture"]["AllowedValues"] = [arch].as_slice().into();
        expected["Globals"]["Function"]
            .as_object_mut()
            .expect("globals")
            .remove("CodeUri")
            .expect("where the sources are");
        for (name, function) in functions(&template()) {
            let logical = function["logical"].as_str().expect("a logical name");
            let resource = &mut expected["Resources"][logical];
            let build = resource.as_object_mut().expect("a resource").remove("Metadata").expect("how it is built");
            assert_eq!(build["BuildMethod"], "rust-cargolambda", "{name}");
            assert_eq!(build["BuildProperties"]["Binary"], name, "SAM builds the binary of the function's name");
            resource["Properties"]["CodeUri"] = logical.into();
        }
        assert!(packaged == expected, "{arch}: something else was changed");
    }
}
