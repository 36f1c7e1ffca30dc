import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at the size it has after start-up. Left alone it grows to 128 MiB under load, which
 * takes 90 MB more memory and saves no measurable time: what a call allocates is garbage with the next call.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

export { keepYoungGenerationSmall };
