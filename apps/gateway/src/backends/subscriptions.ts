/** Which members of a shared session want to hear of which resources. */
class Subscriptions<M> {
  readonly #byUri = new Map<string, Set<M>>();

  add(member: M, uri: string): void {
    const members = this.#byUri.get(uri);
    if (members === undefined) this.#byUri.set(uri, new Set([member]));
    else members.add(member);
  }

  /** Takes one back; whether nobody wants the resource any more, so that the server can be told. */
  remove(member: M, uri: string): boolean {
    const members = this.#byUri.get(uri);
    members?.delete(member);
    if (members !== undefined && members.size > 0) return false;
    this.#byUri.delete(uri);
    return true;
  }

  /** Takes all of a member's back; the resources that nobody wants any more. */
  leave(member: M): string[] {
    const uris = [...this.#byUri].filter(([, members]) => members.has(member)).map(([uri]) => uri);
    return uris.filter((uri) => this.remove(member, uri));
  }

  /** Who is to hear that `uri` changed; it may stand below the one that was subscribed to. */
  wanting(uri: string): Set<M> {
    const wanting = new Set<M>();
    for (const [subscribed, members] of this.#byUri)
      if (uri.startsWith(subscribed)) for (const member of members) wanting.add(member);
    return wanting;
  }
}

export { Subscriptions };
