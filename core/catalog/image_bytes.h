// An image as one run of bytes, and back: how the built-in catalog becomes static data.
//
//   magic u64 | sizes u64 each: text, row_ids, digest, as_of, then elements of each array in the
//   order of TOKENTRA_IMAGE_ARRAYS | the contents in the same order, each on an 8-byte boundary
//
// In the byte order of the machine that builds; the bytes never leave the library.
//
// Thread: pure functions. Ownership: a view shows the bytes it was given. Cost: viewing reads the
// sizes and nothing else.

#ifndef TOKENTRA_CORE_CATALOG_IMAGE_BYTES_H_
#define TOKENTRA_CORE_CATALOG_IMAGE_BYTES_H_

#include <string>

#include "core/catalog/image.h"

namespace tokentra {

std::string ImageToBytes(const CatalogImage& image);

// `bytes` were written by ImageToBytes of the same build and lie on an 8-byte boundary.
CatalogImage ViewImageBytes(const char* bytes);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_IMAGE_BYTES_H_
