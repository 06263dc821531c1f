/** A listener to server-sent events, as a browser's `EventSource` is one. */

export interface Events {
  /** The next event and its data; undefined when there are no more. */
  next(): Promise<[event: string, data: string] | undefined>;
  close(): void;
}

export async function listen(url: string): Promise<Events> {
  const controller = new AbortController();
  const response = await fetch(`${url}events`, { signal: controller.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
          text = text.slice(end + 2);
          return [event, data];
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += value;
      }
    },
    close: () => controller.abort(),
  };
}
