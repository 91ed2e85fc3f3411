# Copyright 2026 the Wirekit authors. MIT license.
"""Checks the files of examples/home by what their readers document.

The supervisor, which reads the configuration of an add-on, is in no registry; so
what its documentation says of each key stands here once more:
https://developers.home-assistant.io/docs/add-ons/configuration
"""

import json
import pathlib
import re
import sys

import voluptuous as vol
import yaml

home = pathlib.Path(sys.argv[1])

ARCH = ["armhf", "armv7", "aarch64", "amd64", "i386"]
TYPE = re.compile(
    r"^(str|bool|int|float|email|url|password|port|device|match|list)(\(.*\))?\??$"
)

ADDON = vol.Schema(
    {
        vol.Required("name"): str,
        # A number would lose its last zero.
        vol.Required("version"): str,
        vol.Required("slug"): vol.Match(r"^[-_.A-Za-z0-9]+$"),
        vol.Required("description"): str,
        vol.Required("arch"): [vol.In(ARCH)],
        "url": vol.Url(),
        "init": bool,
        "startup": vol.In(["initialize", "system", "services", "application", "once"]),
        "boot": vol.In(["auto", "manual", "manual_only"]),
        "services": [vol.Match(r"^(mqtt|mysql):(provide|want|need)$")],
        "map": [
            {
                vol.Required("type"): vol.In(
                    ["data", "addon_config", "all_addon_configs", "share", "media"]
                ),
                "read_only": bool,
                "path": str,
            }
        ],
        "options": dict,
        "schema": {str: vol.All(str, vol.Match(TYPE))},
    }
)

addon = ADDON(yaml.safe_load((home / "addon/config.yaml").read_text()))
# What has a default has a type, and what is asked for is shown.
assert set(addon["options"]) == set(addon["schema"]), addon

COMPOSE = vol.Schema(
    {
        vol.Required("services"): {
            str: {
                vol.Exclusive("image", "what"): str,
                vol.Exclusive("build", "what"): str,
                "restart": vol.In(["no", "always", "on-failure", "unless-stopped"]),
                "command": str,
                "depends_on": [str],
                "environment": {str: str},
                "volumes": [vol.Match(r"^[^:]+:/[^:]+(:ro)?$")],
            }
        }
    }
)
compose = COMPOSE(yaml.safe_load((home / "compose.yaml").read_text()))
for service in compose["services"].values():
    assert all(each in compose["services"] for each in service.get("depends_on", []))

INSTRUCTION = re.compile(
    r"^(FROM|ARG|ENV|RUN|USER|WORKDIR|COPY|CMD|ENTRYPOINT) \S", re.MULTILINE
)
for path in [home / "Dockerfile", home / "addon/Dockerfile"]:
    text = re.sub(r"\\\n", "", path.read_text())
    for line in text.splitlines():
        assert not line or line.startswith("#") or INSTRUCTION.match(line), line
    for program in re.findall(r"^(?:CMD|ENTRYPOINT) (.*)$", text, re.MULTILINE):
        assert all(isinstance(word, str) for word in json.loads(program)), program
    for source in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE):
        for name in source.split():
            assert (path.parent / name).exists(), name
print(addon["slug"], sorted(compose["services"]))
