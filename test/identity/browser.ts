/** Steps from an authorization request to the redirect at its end. */
const MAX_STEPS = 20;

/**
 * Does what a user does in a browser, from the address that an app sends them to: signs in under this name,
 * agrees to everything, and ends up at the app's redirect address, which is returned.
 */
export async function signIn(start: URL, redirectUrl: string, user: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next: { url: URL; form?: URLSearchParams } = { url: start };
  for (let step = 0; step < MAX_STEPS; step++) {
    if (next.url.href.startsWith(redirectUrl)) return next.url;
    const response = await fetch(next.url, {
      redirect: "manual",
      method: next.form ? "POST" : "GET",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(next.form && { body: next.form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    next = following(response, await response.text(), next.url, user);
  }
  throw new Error(`no redirect after ${MAX_STEPS} steps, but ${next.url.href}`);
}

function following(
  response: Response,
  page: string,
  at: URL,
  user: string,
): { url: URL; form?: URLSearchParams } {
  const location = response.headers.get("location");
  if (location !== null) return { url: new URL(location, at) };
  const [, action = ""] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
  const [, prompt = ""] = /name="prompt" value="([^"]+)"/.exec(page) ?? [];
  if (action === "") throw new Error(`${at.href} answered ${response.status} and no form`);
  return {
    url: new URL(action, at),
    form: new URLSearchParams({ prompt, login: user, password: "any" }),
  };
}
