import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

/** What bounds the memory of this process, in bytes. */
interface MemoryBounds {
  /** Of the cgroup; 0 or more than the machine has where there is none. */
  readonly constrained: number;
  readonly machine: number;
  /** Of the JavaScript heap. */
  readonly heap: number;
}

function currentBounds(): MemoryBounds {
  return {
    constrained: process.constrainedMemory(),
    machine: totalmem(),
    heap: getHeapStatistics().heap_size_limit,
  };
}

/** How much memory this process may use: what its container allows, and no more than about twice its heap, as buffers lie outside. */
function memoryLimitBytes({ constrained, machine, heap }: MemoryBounds = currentBounds()): number {
  return Math.min(constrained > 0 ? constrained : machine, machine, 2 * heap);
}

export { memoryLimitBytes, type MemoryBounds };
