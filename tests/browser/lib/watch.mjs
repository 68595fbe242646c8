// What goes wrong in a browser without anybody noticing: errors of the console, refusals of the content policy, requests
// that fail or leave for another host.

export class Watch {
  /** What was found, a line each. */
  faults = [];
  #expected = new Set();

  constructor(context, base) {
    context.on('console', (message) => this.#console(message));
    context.on('weberror', (error) => this.#add(`a script failed: ${error.error().stack ?? error.error()}`));
    context.on('request', (request) => this.#request(request, base));
    context.on('requestfailed', (request) => this.#failed(request));
    context.on('response', (response) => this.#response(response));
  }

  /** Lets responses of this status pass from now on. */
  expects(status) {
    this.#expected.add(status);
  }

  /** Nothing went wrong so far. */
  isClear() {
    if (this.faults.length > 0) throw new Error(`the browser says:\n${this.faults.join('\n')}`);
  }

  #add(fault) {
    if (!this.faults.includes(fault)) this.faults.push(fault);
  }

  #console(message) {
    // Of a response, its status says it already.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    const { url, lineNumber } = message.location();
    this.#add(`console: ${message.text()} (${url}:${lineNumber + 1}, on ${message.page()?.url()})`);
  }

  #request(request, base) {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !/^(data|blob|about):/.test(url)) this.#add(`a request left for ${url}`);
  }

  #failed(request) {
    // Downloads, and pages that are left before they are whole.
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') this.#add(`${request.method()} ${request.url()}: ${reason}`);
  }

  #response(response) {
    const status = response.status();
    if (status < 400 || this.#expected.has(status)) return;
    this.#add(`${response.request().method()} ${response.url()}: ${status}`);
  }
}
