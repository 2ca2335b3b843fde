#!/bin/bash
# Prints what tshark counts in every capture of this folder: an independent
# opinion to compare with, not the truth. Several messages in one packet count
# each; retransmitted segments count once; DNS inside ICMP does not count. Of FastCGI
# the records BEGIN_REQUEST and END_REQUEST count.
set -euo pipefail
cd "$(dirname "$0")"
printf 'file\tpackets\thttp_requests\thttp_responses\tdns_queries\tdns_responses\tfcgi_requests\tfcgi_responses\n'
for file in *.pcap *.pcap.gz *.pcapng; do
	tshark -r "$file" -d tcp.port==8081,http -d tcp.port==8000,http -d udp.port==5300-5302,dns -d tcp.port==9000,fcgi \
		-o tcp.reassemble_out_of_order:TRUE -T fields -E occurrence=a -E aggregator=, -E separator=/t \
		-e frame.number -e frame.protocols -e http.request.method -e http.response.code -e dns.flags.response -e fcgi.type 2>/dev/null |
		awk -F '\t' -v OFS='\t' -v file="$file" '
			{ packets++ }
			$2 ~ /icmp/ { next }
			{ requests += split($3, m, ","); n = split($4, m, ",")
			  for (i = 1; i <= n; i++) if (m[i] >= 200 || m[i] == 101) responses++
			  n = split($5, m, ",")
			  for (i = 1; i <= n; i++) if (m[i] == "1" || m[i] == "True") answers++; else queries++
			  n = split($6, m, ",")
			  for (i = 1; i <= n; i++) if (m[i] == 1) begins++; else if (m[i] == 3) ends++ }
			END { print file, packets + 0, requests + 0, responses + 0, queries + 0, answers + 0, begins + 0, ends + 0 }'
done
