"""The server watched from outside: /metrics on a port of its own, whose numbers add up over all workers."""

import json
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from resolvers.trusted import id_of
from tests.models.embedded.conftest import kill, until
from tests.server.processes import Server, ask, free_port, run, serving

NAMED = "dashboard_operation_seconds_count"
STARTED = "Started server process"
VIEWER = "{ viewer { name } }"


def samples(port: int) -> dict[str, float]:
    """Return what Prometheus reads: the sums over labels, by name."""
    read = httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert (read.status_code, read.headers["content-type"].split(";")[0]) == (200, "text/plain")
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(read.text):
        for each in family.samples:
            found[each.name] = found.get(each.name, 0) + each.value
    return found


def ask_often(server: Server, times: int) -> None:
    """Ask in as many connections, which the workers share as they like."""
    for _ in range(times):
        with server.browser() as browser:
            ask(browser, VIEWER)


def test_one_worker_tells_its_numbers_on_a_port_of_their_own(data_dir: Path) -> None:
    port = free_port()
    with serving(data_dir, METRICS_PORT=port) as server:
        ask_often(server, 3)

        told = samples(port)
        strangers = server.get("/metrics")

    assert (told[NAMED], told["dashboard_pool_size"], told["dashboard_requests_in_flight"]) == (3, 10, 0)
    assert (told["dashboard_database_reachable"], told["dashboard_outbox_lag_seconds"]) == (1, 0)
    assert strangers.status_code == 404


def test_the_numbers_of_two_workers_add_up_and_outlive_one_of_them(data_dir: Path) -> None:
    port = free_port()
    with serving(data_dir, workers=2, METRICS_PORT=port) as server:
        ask_often(server, 40)
        before = samples(port)
        worker = next(int(line.rpartition("[")[2].partition("]")[0]) for line in server.log.lines if STARTED in line)
        kill(worker)
        assert server.log.hears(STARTED, times=3)
        until(lambda: samples(port)["dashboard_pool_size"] == 20)
        ask_often(server, 5)
        after = samples(port)
        server.terminate()

    assert (before[NAMED], before["dashboard_pool_size"]) == (40, 20)
    assert (after[NAMED], after["dashboard_requests_in_flight"]) == (45, 0)
    assert list((data_dir / "metrics").rglob("*.db")) == []


def test_a_port_that_is_taken_is_named(data_dir: Path) -> None:
    with serving(data_dir) as server:
        taken = server.address.rpartition(":")[2]
        second = run("serve", DATA_DIR=data_dir, PORT=free_port(), METRICS_PORT=taken)

    assert second.status == 1
    sentence = f"127.0.0.1:{taken} cannot be used: Address already in use. Set another METRICS_PORT or METRICS_HOST."
    assert second.stderr.splitlines()[-1] == f"server.py: METRICS_HOST, METRICS_PORT: {sentence}"


def test_operations_of_the_manifest_go_by_their_names(data_dir: Path, tmp_path: Path) -> None:
    port, text = free_port(), "query Known { viewer { name } }"
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({id_of(text): text}))

    with serving(data_dir, METRICS_PORT=port, TRUSTED_DOCUMENTS=manifest) as server, server.browser() as browser:
        for document in (text, "query Unknown { viewer { name } }"):
            ask(browser, document)
        read = httpx.get(f"http://127.0.0.1:{port}/metrics").text

    families = {family.name: family for family in text_string_to_metric_families(read)}
    counted = [each for each in families["dashboard_operation_seconds"].samples if each.name == NAMED]
    assert {each.labels["operation"]: each.value for each in counted} == {"Known": 1, "viewer": 1}
