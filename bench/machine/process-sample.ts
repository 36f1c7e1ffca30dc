import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What a process has used and holds at one moment. */
export interface ProcessSample {
  /** Processor time of all its threads since it started. */
  readonly cpuMicros: number;
  readonly rssKb: number;
  /** Open descriptors: sockets, files and what the runtime itself needs. */
  readonly descriptors: number;
}

/** Samples a live process; on Linux from /proc, to the nanosecond, elsewhere from ps and lsof. */
export function sampleProcess(pid: number): ProcessSample {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): ProcessSample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    cpuMicros: cpuNanos(pid) / 1000,
    rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

// schedstat counts nanoseconds but per thread; /proc/<pid>/stat counts only hundredths of a second.
function cpuNanos(pid: number): number {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  return nanos;
}

function fromPs(pid: number): ProcessSample {
  const [time = "", rss] = execFileSync("ps", ["-o", "cputime=,rss=", "-p", `${pid}`], {
    encoding: "utf8",
  })
    .trim()
    .split(/\s+/);
  const seconds = time.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  const files = execFileSync("lsof", ["-n", "-P", "-p", `${pid}`], { encoding: "utf8" });
  return {
    cpuMicros: seconds * 1e6,
    rssKb: Number(rss),
    descriptors: files.trim().split("\n").length - 1,
  };
}
