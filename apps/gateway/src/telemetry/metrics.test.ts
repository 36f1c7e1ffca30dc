import { expect, test } from "vitest";
import { createMetrics, type Metrics } from "./metrics.ts";

function metricsOf(process = false): Metrics {
  return createMetrics({ server: "office", namespace: "local", version: "1.2.3", process });
}

/** The samples of one metric as `labels value`, without comments. */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => line.slice(name.length).trim());
}

test("a tool call is counted under the names that dashboards of the reference use", async () => {
  const metrics = metricsOf();
  metrics.operation("tools/call", "files_read").done({ httpStatus: 200, seconds: 0.015 });
  const text = await metrics.text();
  const http =
    'method="POST",status_code="200",status="success",mcp_method="tools/call",mcp_resource_id="files_read",server="office",transport="streamable-http"';
  expect(text).toContain("# TYPE toolhive_mcp_requests_total counter");
  expect(text).toContain(`toolhive_mcp_requests_total{${http}} 1`);
  expect(text).toContain(
    'toolhive_mcp_tool_calls_total{server="office",tool="files_read",status="success"} 1',
  );
  expect(text).toContain("# TYPE toolhive_mcp_request_duration_seconds histogram");
  expect(text).toContain(`toolhive_mcp_request_duration_seconds_bucket{${http},le="0.01"} 0`);
  expect(text).toContain(`toolhive_mcp_request_duration_seconds_bucket{${http},le="0.02"} 1`);
  expect(text).toContain(`toolhive_mcp_request_duration_seconds_bucket{${http},le="+Inf"} 1`);
  expect(text).toContain(`toolhive_mcp_request_duration_seconds_sum{${http}} 0.015`);
  expect(text).toContain(`toolhive_mcp_request_duration_seconds_count{${http}} 1`);
  expect(text).toContain(
    'mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",jsonrpc_protocol_version="2.0",network_transport="tcp",network_protocol_name="http",network_protocol_version="1.1",error_type="",gen_ai_operation_name="execute_tool",gen_ai_tool_name="files_read",gen_ai_prompt_name=""} 1',
  );
});

test("an operation that fails inside a 200 counts as an error, with its kind", async () => {
  const metrics = metricsOf();
  const meter = metrics.operation("tools/call", "t");
  meter.done({ httpStatus: 200, seconds: 0.1, failure: "tool-error" });
  meter.done({ httpStatus: 200, seconds: 0.1, failure: "rate-limited" });
  meter.done({ httpStatus: 200, seconds: 0.1 });
  expect(await samples(metrics, "toolhive_mcp_tool_calls_total")).toEqual([
    '{server="office",tool="t",status="error"} 2',
    '{server="office",tool="t",status="success"} 1',
  ]);
  expect(await metrics.text()).toContain('error_type="rate-limited"');
});

test("method names that MCP does not know make one series in all", async () => {
  const metrics = metricsOf();
  for (let n = 0; n < 50; n += 1)
    metrics.operation(`made/up${n}`, `name${n}`).done({ httpStatus: 200, seconds: 0 });
  const lines = await samples(metrics, "toolhive_mcp_requests_total");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('mcp_method="other",mcp_resource_id=""');
  expect(lines[0]).toMatch(/ 50$/);
});

test("names beyond the 2,000th are counted without their name", async () => {
  const metrics = metricsOf();
  for (let n = 0; n < 2_100; n += 1)
    metrics.operation("tools/call", `tool${n}`).done({ httpStatus: 200, seconds: 0 });
  const lines = await samples(metrics, "toolhive_mcp_requests_total");
  expect(lines.length).toBeLessThanOrEqual(2_001);
  const total = lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  expect(total).toBe(2_100);
});

test("streams and ends of sessions are requests without an MCP method", async () => {
  const metrics = metricsOf();
  metrics.exchange("GET").done({ httpStatus: 405, failure: "method-not-allowed" });
  metrics.exchange("DELETE").done({ httpStatus: 200 });
  metrics.exchange("BREW").done({ httpStatus: 405, failure: "method-not-allowed" });
  metrics.operation("brew").done({ httpStatus: 200, seconds: 0 });
  const lines = await samples(metrics, "toolhive_mcp_requests_total");
  expect(lines.map((line) => line.slice(0, 50))).toEqual([
    expect.stringContaining('method="GET",status_code="405",status="error"'),
    expect.stringContaining('method="DELETE",status_code="200",status="succe'),
    expect.stringContaining('method="other",status_code="405",status="error"'),
    expect.stringContaining('method="POST",status_code="200",status="success"'),
  ]);
  expect(await samples(metrics, "mcp_server_operation_duration_seconds_count")).toHaveLength(1);
});

test("a backend is discovered, counted, timed, and in one state at a time", async () => {
  const metrics = metricsOf();
  const files = metrics.backend("files", "stdio");
  files.requestDone("tools/call", 0.2, false);
  files.requestDone("tools/call", 0.2, true);
  files.requestDone("no/such", 0.2, true);
  files.health("healthy");
  files.health("unhealthy");
  files.catalogRefreshed(true);
  files.asked("sampling/createMessage", "forwarded");
  const target =
    'target_workload_id="files",target_workload_name="files",target_transport_type="stdio"';
  const text = await metrics.text();
  expect(text).toContain("toolhive_vmcp_backends_discovered 1");
  expect(text).toContain(
    `toolhive_vmcp_backend_requests_total{${target},action="call_tool",mcp_method_name="tools/call"} 2`,
  );
  expect(text).toContain(
    `toolhive_vmcp_backend_errors_total{${target},action="call_tool",mcp_method_name="tools/call"} 1`,
  );
  expect(text).toContain(
    `toolhive_vmcp_backend_requests_duration_seconds_count{${target},action="other",mcp_method_name="other"} 1`,
  );
  expect(text).toContain('headgate_backend_health{backend="files",state="healthy"} 0');
  expect(text).toContain('headgate_backend_health{backend="files",state="unhealthy"} 1');
  expect(text).toContain('headgate_catalog_refreshes_total{backend="files",outcome="failed"} 1');
  expect(text).toContain(
    'headgate_server_requests_total{backend="files",mcp_method="sampling/createMessage",outcome="forwarded"} 1',
  );
});

test("sessions are counted as they come and go, and what they hold when somebody looks", async () => {
  const metrics = metricsOf();
  const { sessions } = metrics;
  sessions.created();
  sessions.created();
  sessions.ended("expired");
  let held = { sessions: 1, streams: 1, calls: 3, events: 7, backendSessions: new Map([["b", 2]]) };
  sessions.watch(() => held);
  expect(await samples(metrics, "headgate_sessions_created_total")).toEqual(["2"]);
  expect(await samples(metrics, "headgate_sessions_ended_total")).toEqual(['{reason="expired"} 1']);
  expect(await samples(metrics, "headgate_sessions_live")).toEqual(["1"]);
  expect(await samples(metrics, "headgate_streams_open")).toEqual(["1"]);
  expect(await samples(metrics, "headgate_calls_in_flight")).toEqual(["3"]);
  expect(await samples(metrics, "headgate_events_buffered")).toEqual(["7"]);
  expect(await samples(metrics, "toolhive_mcp_active_connections")).toEqual([
    '{server="office",transport="streamable-http"} 4',
  ]);
  expect(await samples(metrics, "headgate_backend_sessions_open")).toEqual(['{backend="b"} 2']);
  held = { ...held, calls: 0 };
  // The figures of one page are from one count.
  await new Promise((resolve) => setImmediate(resolve));
  expect(await samples(metrics, "headgate_calls_in_flight")).toEqual(["0"]);
});

test("where sessions are kept is measured by what it is asked, and the cache by what it does and holds", async () => {
  const metrics = metricsOf();
  const { sessionStore } = metrics;
  sessionStore.asked("read", "found");
  sessionStore.asked("read", "unavailable");
  sessionStore.cached("evicted");
  sessionStore.watch(() => ({ entries: 3, bytes: 4_096, backlog: 1 }));
  metrics.watchConnections(() => new Map([["b", 5]]));
  metrics.sessions.refused("process-full");
  expect(await samples(metrics, "headgate_session_store_requests_total")).toEqual([
    '{operation="read",outcome="found"} 1',
    '{operation="read",outcome="unavailable"} 1',
  ]);
  expect(await samples(metrics, "headgate_session_cache_events_total")).toEqual([
    '{event="evicted"} 1',
  ]);
  expect(await samples(metrics, "headgate_session_cache_entries")).toEqual(["3"]);
  expect(await samples(metrics, "headgate_session_cache_bytes")).toEqual(["4096"]);
  expect(await samples(metrics, "headgate_session_store_backlog")).toEqual(["1"]);
  expect(await samples(metrics, "headgate_backend_connections")).toEqual(['{backend="b"} 5']);
  expect(await samples(metrics, "headgate_sessions_refused_total")).toEqual([
    '{reason="process-full"} 1',
  ]);
});

test("two gateways in one process share no metric", async () => {
  const first = metricsOf();
  const second = metricsOf(true);
  first.sessions.created();
  expect(await samples(second, "headgate_sessions_created_total")).toEqual(["0"]);
  expect(await first.text()).not.toContain("process_resident_memory_bytes");
  expect(await second.text()).toContain("process_resident_memory_bytes");
  expect(await second.text()).toContain('headgate_build_info{version="1.2.3"} 1');
});

test("reading twice shows the same figures", async () => {
  const metrics = metricsOf();
  metrics.operation("ping").done({ httpStatus: 200, seconds: 0.3 });
  expect(await metrics.text()).toBe(await metrics.text());
});
