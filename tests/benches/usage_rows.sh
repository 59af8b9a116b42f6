#!/bin/sh
# Writes customers.csv and usage.csv into DIRECTORY: ROWS usage events of CUSTOMERS customers in the order of time, over 30 days.
#   tests/benches/usage_rows.sh DIRECTORY [ROWS] [CUSTOMERS]
set -eu
directory=$1 rows=${2:-1000000} customers=${3:-1000}
mkdir -p "$directory"
awk -v customers="$customers" 'BEGIN {
    print "id,name,seats"
    for (n = 0; n < customers; n++) printf "c%d,Customer %d,20\n", n, n
}' > "$directory/customers.csv"
awk -v rows="$rows" -v customers="$customers" 'BEGIN {
    print "id,customer,at,user,feature"
    for (n = 0; n < rows; n++) {
        second = int(n * 30 * 86400 / rows)
        day = int(second / 86400)
        printf "e%d,c%d,2026-01-%02dT%02d:%02d:%02dZ,user%d,feature%d\n", n, (n * 7919) % customers, day + 1,
            int(second / 3600) % 24, int(second / 60) % 60, second % 60, int(n / customers) % 12, n % 9
    }
}' > "$directory/usage.csv"
