/** One key of a Secret or ConfigMap in the server's namespace. */
export interface KeyRef {
  readonly name: string;
  readonly key: string;
}

/** An environment variable of the gateway. */
export type EnvVar =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: KeyRef };

/** A file in the gateway's Pod; several of one volume stand in one directory. */
export interface MountedFile {
  readonly volume: string;
  readonly from: "ConfigMap" | "Secret";
  readonly ref: KeyRef;
  /** The directory in the container. */
  readonly directory: string;
  readonly file: string;
}

/** What a part of the configuration needs beside its text. */
export interface Needs {
  readonly env: readonly EnvVar[];
  readonly files: readonly MountedFile[];
}

/** A part of the configuration with what it needs. */
export interface Part<T> extends Needs {
  readonly config: T;
}

/** Needs nothing. */
export const NOTHING: Needs = { env: [], files: [] };

/** All needs together; what is there twice is there once. */
export function together(...needs: readonly Needs[]): Needs {
  const env = new Map(needs.flatMap((one) => one.env).map((one) => [one.name, one]));
  const files = new Map(
    needs.flatMap((one) => one.files).map((one) => [`${one.volume}/${one.file}`, one]),
  );
  return { env: [...env.values()], files: [...files.values()] };
}

/** Where a file is in the container. */
export function pathOf({ directory, file }: MountedFile): string {
  return `${directory}/${file}`;
}
