"use strict";
// Sends changes to retropace in the terminal one after the other; each answer contains the new state.

class RefusedError extends Error {}

class Service {
  /** onState(state) is called with every new state, onEnded(isEnded) after every request. */
  constructor({ onState, onEnded }) {
    Object.assign(this, { onState, onEnded, state: null, queue: Promise.resolve(), failureCount: 0 });
    this.client = crypto.randomUUID();
    setInterval(() => document.hidden || this.poll(), 2000);
    document.addEventListener("visibilitychange", () => document.hidden || this.poll());
    addEventListener("pagehide", () => navigator.sendBeacon("closed", this.body({})));
    addEventListener("pageshow", (event) => event.persisted && this.poll());
  }

  body(values) {
    return new Blob([JSON.stringify({ client: this.client, ...values })], { type: "application/json" });
  }

  /** Requests a change; resolves to sentences on removed information, throws a RefusedError with the reason. */
  change(action, values = {}) {
    const answer = this.queue.then(() => this.send(action, { version: this.state?.version, ...values }));
    this.queue = answer.catch(() => {});
    return answer;
  }

  async send(action, values) {
    const answer = await this.request(() => fetch(action, { method: "POST", body: this.body(values) }));
    const result = await answer.json();
    if (result.state) this.receive(result.state);
    if (!answer.ok) throw new RefusedError(result.error ?? `refused (${answer.status})`);
    return result.said;
  }

  /** Requests the state if another program has changed the file. */
  poll() {
    this.queue = this.queue.then(async () => {
      const version = this.state?.version ?? "";
      const query = new URLSearchParams({ version, client: this.client });
      const answer = await this.request(() => fetch(`state?${query}`));
      if (answer.status === 200) this.receive(await answer.json());
    }).catch(() => {});
    return this.queue;
  }

  receive(state) {
    this.state = state;
    this.onState(state);
  }

  /** Awaits an answer; after two failures in a row, retropace is taken to have ended. */
  async request(fetchAnswer) {
    try {
      const answer = await fetchAnswer();
      this.failureCount = 0;
      this.onEnded(false);
      return answer;
    } catch {
      this.failureCount += 1;
      if (this.failureCount > 1) this.onEnded(true);
      throw new RefusedError("retropace in the terminal does not answer: nothing was saved");
    }
  }
}
