// How jemalloc is set up in programs that are linked with it; the environment variable MALLOC_CONF overrides it.

// Read by jemalloc before anything is allocated. Snapshots are gigabytes of small pieces read at random: in huge pages
// they cost a fifth less CPU time to make, for there are fewer page faults and fewer misses of the address cache.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}
