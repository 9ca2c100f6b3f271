from __future__ import annotations

import pytest

from panel.dossiers.licences import named_licences


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Released under Apache-2.0.", ("Apache-2.0",)),
        ("Licensed under the Apache License, Version 2.0", ("Apache-2.0",)),
        ("It has the Apache License 2.0.", ("Apache-2.0",)),
        ("MIT License", ("MIT",)),
        ("It is MIT-licensed.", ("MIT",)),
        ("Licensed under the MIT licence", ("MIT",)),
        ("License\nMIT", ("MIT",)),
        ("license: mit", ("MIT",)),
        ("AGPL-3.0 only", ("AGPL-3.0",)),
        ("LGPLv3", ("LGPL-3.0",)),
        ("GPL v3", ("GPL-3.0",)),
        ("GNU General Public License v2", ("GPL-2.0",)),
        ("BSD 3-Clause", ("BSD-3-Clause",)),
        ("CC-BY-NC-4.0", ("CC-BY-NC-4.0",)),
        ("The code is MIT licensed, the weights Apache 2.0.", ("Apache-2.0", "MIT")),
        ("A study of MIT on permits and licenses", ()),
        ("It summits. Limits apply: no licence.", ()),
        ("", ()),
    ],
)
def test_a_licence_is_taken_only_as_written_out(text: str, named: tuple[str, ...]) -> None:
    assert named_licences(text) == named
