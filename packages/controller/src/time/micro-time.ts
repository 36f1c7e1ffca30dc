/** A moment as Kubernetes writes those with microseconds. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
