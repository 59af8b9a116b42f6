"""One address for everybody: the console's files, the API and the links of mails behind CloudFront."""

import gzip
import shutil
import subprocess

import pytest

import template
from deployment import STACK
from world import send

FILES = {
    # What it holds, and for how long a browser may keep it.
    "index.html": ("<!doctype html><title>Keepwell</title>", "no-store"),
    "assets/app-1a2b.js": ("console.log(1)", "public, max-age=31536000, immutable"),
    "favicon.svg": ("<svg/>", "public, max-age=300"),
}


@pytest.fixture(scope="module", autouse=True)
def console(world, tmp_path_factory):
    """A console of three files, put there by the command of docs/deploying.md."""
    dist = tmp_path_factory.mktemp("dist")
    for key, (body, _) in FILES.items():
        (dist / key).parent.mkdir(exist_ok=True)
        (dist / key).write_text(body)
    done = subprocess.run([template.ROOT / "infra" / "publish-console", "--stack", STACK, "--dist", dist], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return world.deployment.outputs()["ConsoleBucketName"]


@pytest.mark.skipif(shutil.which("node") is None, reason="MiniStack runs CloudFront's functions by Node, which is not installed")
@pytest.mark.parametrize("path", ["/", "/index.html", "/customers/acme", "/customers/acme.com", "/settings/team?tab=keys"])
def test_every_place_in_the_console_is_its_one_page(world, path):
    page = world.site("GET", path).expect(200)
    assert page.text == FILES["index.html"][0]
    assert page.headers["cache-control"] == "no-store"


def test_files_come_as_they_are_and_a_missing_one_is_no_page(world):
    script = world.site("GET", "/assets/app-1a2b.js").expect(200)
    assert (script.text, script.headers["cache-control"]) == FILES["assets/app-1a2b.js"]
    assert world.site("GET", "/favicon.svg").expect(200).headers["cache-control"] == FILES["favicon.svg"][1]
    assert world.site("GET", "/assets/old-9z9z.js").status in (403, 404)
    assert world.site("PUT", "/assets/app-1a2b.js", "evil").status in (403, 405)


def test_browsers_are_told_what_the_page_may_do(world):
    headers = world.site("GET", "/").expect(200).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; script-src 'self';") and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert f"connect-src 'self' https://{world.id('UserPoolDomain')}.auth." in policy
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert (headers["x-content-type-options"], headers["x-frame-options"], headers["referrer-policy"]) == ("nosniff", "DENY", "same-origin")


def test_a_long_answer_of_the_api_comes_packed_to_who_takes_it(world):
    plain = world.site("GET", "/v1/measures", role="viewer").expect(200)
    packed = world.site("GET", "/v1/measures", role="viewer", accept_encoding="gzip").expect(200)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) * 3 < len(plain.body)


def test_the_bucket_is_read_by_cloudfront_alone(world, console):
    assert send("GET", f"{world.endpoint}/{console}/index.html").status == 403


def test_the_api_and_the_links_have_the_same_address(world):
    world.site("GET", "/v1/customers").expect(401)
    assert "items" in world.site("GET", "/v1/customers?limit=2", role="viewer").expect(200).json
    made = world.site("POST", "/v1/customers", {"id": "by-site", "name": "By Site Ltd"}, role="csm", idempotency_key="site-1").expect(201)
    assert made.headers["etag"]
    world.site("PATCH", "/v1/customers/by-site", {"plan": "Pro"}, role="csm", if_match='"99"').expect(412)
    nobody = world.site("GET", "/f/f1.nobody").expect(404)
    assert nobody.headers["content-security-policy"].startswith("default-src 'none'"), "the page's own policy stays"
    assert nobody.headers["cache-control"] == "no-store"


def test_the_console_learns_how_people_sign_in(world):
    told = world.site("GET", "/v1/sign-in").expect(200).json
    assert told["client_id"] == world.id("UserPoolClient")
    assert told["issuer"].endswith(f"/{world.id('UserPool')}")
    assert told["authorization_endpoint"].startswith(f"https://{world.id('UserPoolDomain')}.auth.")
    assert set(told["scopes"]) == {"openid", "email", "keepwell/read", "keepwell/write", "keepwell/admin"}
