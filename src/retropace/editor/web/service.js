"use strict";
// Talks to retropace in the terminal: one change after the other, each answered with how things are now.

class RefusedError extends Error {}

class Service {
  /** told(state) is called with every answer, ended() when nobody answers any more. */
  constructor({ told, ended }) {
    Object.assign(this, { told, ended, state: null, queue: Promise.resolve(), misses: 0 });
    this.client = crypto.randomUUID();
    setInterval(() => document.hidden || this.look(), 2000);
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    addEventListener("pagehide", () => navigator.sendBeacon("closed", this.body({})));
    addEventListener("pageshow", (event) => event.persisted && this.look());
  }

  body(values) {
    return new Blob([JSON.stringify({ client: this.client, ...values })], { type: "application/json" });
  }

  /** Asks for a change; answers with what was lost by it, throws a RefusedError with what was wrong. */
  change(what, values = {}) {
    const done = this.queue.then(() => this.send(what, { version: this.state?.version, ...values }));
    this.queue = done.catch(() => {});
    return done;
  }

  async send(what, values) {
    const answer = await this.reach(() => fetch(what, { method: "POST", body: this.body(values) }));
    const found = await answer.json();
    if (found.state) this.take(found.state);
    if (!answer.ok) throw new RefusedError(found.error ?? `refused (${answer.status})`);
    return found.said;
  }

  /** Looks whether the file was changed by somebody else. */
  look() {
    this.queue = this.queue.then(async () => {
      const version = this.state?.version ?? "";
      const query = new URLSearchParams({ version, client: this.client });
      const answer = await this.reach(() => fetch(`state?${query}`));
      if (answer.status === 200) this.take(await answer.json());
    }).catch(() => {});
    return this.queue;
  }

  take(state) {
    this.state = state;
    this.told(state);
  }

  /** A terminal that does not answer twice has ended. */
  async reach(ask) {
    try {
      const answer = await ask();
      this.misses = 0;
      this.ended(false);
      return answer;
    } catch {
      this.misses += 1;
      if (this.misses > 1) this.ended(true);
      throw new RefusedError("retropace in the terminal does not answer: nothing was saved");
    }
  }
}
