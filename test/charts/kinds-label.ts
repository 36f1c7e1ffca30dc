/** What every CustomResourceDefinition of ours has. */
export const KINDS_LABEL = "toolhive.stacklok.dev/auto-migrate-storage-version=true";
