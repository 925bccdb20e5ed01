// A browser without scripts: keeps cookies, follows redirects as long as they stay at one site, fills in forms.
const entities = { '&amp;': '&', '&quot;': '"', '&#x27;': "'", '&lt;': '<', '&gt;': '>', '&#x2B;': '+' };
const decoded = text => text.replace(/&(amp|quot|#x27|lt|gt|#x2B);/g, entity => entities[entity]);
const attribute = (tag, name) => { const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`)); return found && decoded(found[1]); };

export class Browser {
  cookies = new Map();
  address;
  html = '';
  status;
  headers;

  constructor(site) { this.site = new URL(site); }

  // Opens an address; where it leads to another site, returns that address instead of going there.
  async open(address, init = {}) {
    let url = new URL(address, this.address ?? this.site);
    for (let redirects = 0; redirects < 12; redirects++) {
      if (url.origin !== this.site.origin) return url;
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, ...(cookie ? { cookie } : {}) } });
      for (const header of response.headers.getSetCookie()) {
        const [, name, value] = header.match(/^([^=]+)=([^;]*)/);
        if (value) this.cookies.set(name, value); else this.cookies.delete(name);
      }
      const location = response.headers.get('location');
      if (!location) {
        Object.assign(this, { address: url, html: await response.text(), status: response.status, headers: response.headers });
        return null;
      }
      [url, init] = [new URL(location, url), {}];
    }
    throw new Error('Redirected too often: ' + url);
  }

  // Sends the form whose action starts so.
  submit(action, fields = {}) {
    for (const [, tag, body] of this.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
      const to = attribute(tag, 'action');
      if (!to?.startsWith(action)) continue;
      const content = new URLSearchParams();
      for (const [input] of body.matchAll(/<input[^>]*>/g)) {
        if (attribute(input, 'name')) content.set(attribute(input, 'name'), attribute(input, 'value') ?? '');
      }
      for (const [name, value] of Object.entries(fields)) content.set(name, value);
      return this.open(to, { method: 'POST', body: content });
    }
    throw new Error(`There is no form ${action} on ${this.address}: ${this.status} ${this.html.slice(0, 2000)}`);
  }

  signIn(email, password) { return this.submit('/sign-in', { email, password }); }

  field(name) {
    const input = [...this.html.matchAll(/<input[^>]*>/g)].map(([tag]) => tag).find(tag => attribute(tag, 'name') === name);
    return input && attribute(input, 'value');
  }
}
