import { watch } from "node:fs";
import { dirname } from "node:path";

/** How a file is watched. */
interface WatchFileOptions {
  /** Quiet time after the last change before it is told; a file is often written in several steps. */
  readonly quietMs: number;
  /** Something in the file's directory changed, and perhaps the file. */
  changed(): void;
  /** Changes are not noticed any more. */
  failed(error: Error): void;
}

/**
 * Watches the directory of a file, as a file that is replaced whole is another file afterwards; in Kubernetes all files
 * of a directory are replaced by one link. Keeps no process alive. Returns how to end it.
 */
function watchFile(path: string, { quietMs, changed, failed }: WatchFileOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  try {
    const watcher = watch(dirname(path), { persistent: false }, () => {
      clearTimeout(timer);
      timer = setTimeout(changed, quietMs);
      timer.unref();
    });
    watcher.on("error", failed);
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  } catch (error) {
    failed(error as Error);
    return () => undefined;
  }
}

export { watchFile };
