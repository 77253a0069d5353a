#include "assembly/large_memory.h"

#include <malloc.h>

namespace headgate::assembly {

void give_back_large_memory(int bytes) {
  ::mallopt(M_MMAP_THRESHOLD, bytes);
  ::mallopt(M_TRIM_THRESHOLD, bytes);
}

}  // namespace headgate::assembly
