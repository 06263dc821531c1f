import type { ImageStore } from './image-store.js';

/** The images of a small set, each kept from when it was first decoded or read: nothing is read twice. */
export class ImageMemory {
  readonly #store: ImageStore;
  readonly #each: number;
  readonly #pixels: Uint8Array;
  readonly #isKept: Uint8Array;

  /** @param each bytes of an image */
  constructor(store: ImageStore, count: number, each: number) {
    this.#store = store;
    this.#each = each;
    this.#pixels = new Uint8Array(count * each);
    this.#isKept = new Uint8Array(count);
  }

  keep(image: number, bytes: Uint8Array): void {
    this.#pixels.set(bytes, image * this.#each);
    this.#isKept[image] = 1;
  }

  /** As the store reads them. */
  async read(images: ArrayLike<number>, into: Uint8Array): Promise<void> {
    const each = this.#each;
    const absent = Array.from(images).filter((image) => !this.#isKept[image]);
    if (absent.length > 0) {
      const bytes = new Uint8Array(absent.length * each);
      await this.#store.read(absent, bytes);
      absent.forEach((image, place) => {
        this.keep(image, bytes.subarray(place * each, (place + 1) * each));
      });
    }
    for (let place = 0; place < images.length; place++) {
      const start = images[place]! * each;
      into.set(this.#pixels.subarray(start, start + each), place * each);
    }
  }
}
