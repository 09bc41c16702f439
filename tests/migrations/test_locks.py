"""What a migration locks: squawk reads the statements that it would run."""

import io
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from models.migrating import configured


def test_no_migration_locks_what_requests_need(tmp_path: Path, root: Path) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(configured()).walk_revisions()]
    for after, before in zip(revisions, [*revisions[1:], "base"], strict=True):
        config = configured()
        config.output_buffer = io.StringIO()
        command.upgrade(config, f"{before}:{after}" if before != "base" else after, sql=True)
        (tmp_path / f"{after}.sql").write_text(config.output_buffer.getvalue())

    squawk = Path(sys.executable).with_name("squawk")
    files = [*tmp_path.glob("*.sql")]
    checked = subprocess.run([squawk, *files], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 # our own tool

    assert len(files) == len(revisions)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
